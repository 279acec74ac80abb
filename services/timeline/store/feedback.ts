import { FeedbackKind } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";

type Store = Pick<Db, "query">;

/** What somebody says about a post. */
export interface Said {
  readonly accountId: string;
  readonly postId: string;
  readonly authorId: string;
  readonly kind: FeedbackKind;
  readonly at: Date;
}

/** Keeps what was said about a post last. */
export async function keepFeedback({ query }: Store, { accountId, postId, authorId, kind, at }: Said): Promise<void> {
  await query(sql`insert into feedback (account_id, post_id, author_id, kind, at)
    values (${accountId}, ${postId}, ${authorId}, ${kind}, ${at})
    on conflict (account_id, post_id) do update set kind = excluded.kind, at = excluded.at`);
}

/** Forgets what was said about a post, and about its author by way of other posts. Nothing is wrong if nothing was. */
export async function takeBackFeedback({ query }: Store, accountId: string, postId: string): Promise<void> {
  await query(sql`delete from feedback where account_id = ${accountId} and (post_id = ${postId}::uuid or author_id in (
      select author_id from feedback where account_id = ${accountId} and post_id = ${postId}::uuid
      union all select author_id from post where post_id = ${postId}::uuid)
    and kind <> ${FeedbackKind.HIDE}::int)`);
}
