import type { Profile } from "#gen/skein/identity/v1/account_pb.ts";
import type { Context } from "#mesh/context.ts";
import { meshFailure } from "#mesh/failure.ts";
import type { Deps } from "../deps.ts";
import { profileIn } from "../store/bytes.ts";
import { type Inserted, insertPost, type NewRow, type PostKey, postByKey, posts } from "../store/insert-post.ts";
import { announcements } from "./announcements.ts";
import type { Prepared } from "./prepare.ts";

/** What became of an attempt to publish. */
export interface Published {
  readonly postId: string;
  /** False if the key was used: then it is the post of back then. */
  readonly fresh: boolean;
  /** Absent while identity's word has not arrived. */
  readonly author: Profile | undefined;
}

/** Publishes, counts and announces, in one statement. Under the same key it happens once. */
export async function publish(
  deps: Pick<Deps, "db">,
  ctx: Context | undefined,
  prepared: Prepared,
  key?: PostKey,
): Promise<Published> {
  const { card } = prepared;
  const announced = announcements(prepared);
  const alone = () => insertPost(card, key);
  const [made] = card.poll
    ? await deps.db.write<Inserted>(ctx, { effect: alone(), publish: announced })
    : await deps.db.writeTogether<Inserted, NewRow>(ctx, {
        kind: posts,
        item: { card, key },
        alone,
        publish: announced,
      });
  if (made) return { postId: card.id, fresh: true, author: profileIn(made.author) };
  const former = key && (await formerPost(deps, card.authorId, key));
  if (!former) throw new Error("a post was not published, and nothing stood in its way");
  return { postId: former, fresh: false, author: undefined };
}

/** The post that was published under a key, if there is one; the key of another request is refused. */
export async function formerPost(
  { db }: Pick<Deps, "db">,
  authorId: string,
  { requestKey, fingerprint }: PostKey,
): Promise<string | undefined> {
  const former = await postByKey(db.query, authorId, requestKey);
  if (former && fingerprint && !former.fingerprint?.equals(fingerprint)) throw meshFailure("IDEMPOTENCY_KEY_REUSED");
  return former?.id;
}
