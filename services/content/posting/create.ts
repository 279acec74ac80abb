import type { NewPost } from "#gen/skein/content/v1/new_post_pb.ts";
import type { Profile } from "#gen/skein/identity/v1/account_pb.ts";
import { type Context, callerOf } from "#mesh/context.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { readProfiles } from "../store/accounts.ts";
import type { PostKey } from "../store/insert-post.ts";
import { hydrate } from "../view/hydrate.ts";
import { type PostInit, present } from "../view/present.ts";
import { visible } from "../view/visible.ts";
import { freshPost } from "./fresh-post.ts";
import { prepare } from "./prepare.ts";
import { formerPost, publish } from "./publish.ts";

/** Publishes what the caller wrote, once under its key, and answers with the post as the caller sees it. */
export async function createPost(deps: Deps, ctx: Context, post: NewPost, key: PostKey | undefined): Promise<PostInit> {
  const authorId = callerOf(ctx);
  const prepared = await prepare(deps, ctx, authorId, post).catch(async (refused: unknown) => {
    // What stood in no way the first time may do so by now: the answer is still that of back then.
    const former = key && (await formerPost(deps, authorId, key));
    if (former === undefined) throw refused;
    return former;
  });
  if (typeof prepared === "string") return repeated(deps, ctx, prepared);
  const { postId, fresh, author } = await publish(deps, ctx, prepared, key);
  if (!fresh) return repeated(deps, ctx, postId);
  return freshPost(ctx, prepared, author ?? (await heardOf(deps, authorId)));
}

/** An own post, read anew: what a repeated call answers with. */
async function repeated(deps: Deps, ctx: Context, postId: string): Promise<PostInit> {
  const seen = await visible(deps, ctx, (await hydrate(deps.db, callerOf(ctx), [postId])).values());
  const [post] = present(seen, [postId]);
  if (!post) throw failure("POST_NOT_FOUND"); // deleted since
  return post;
}

/** The profile of somebody who registered a moment ago. The post is out: that nobody can be asked must not fail it. */
async function heardOf(deps: Deps, accountId: string): Promise<Profile | undefined> {
  await deps.feeds.catchUp("identity", accountId).catch(() => undefined);
  return (await readProfiles(deps.db.query, [accountId])).get(accountId);
}
