import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { PostBookmarkedSchema, PostUnbookmarkedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { type Context, callerOf } from "#mesh/context.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Db } from "#mesh/store/database.ts";
import { event } from "#mesh/store/log.ts";
import { sql } from "#mesh/store/sql.ts";
import { AFTER_ALL } from "./moment.ts";

/** A bookmarked post, and when it was saved: its place in the list. */
export interface BookmarkRow {
  readonly post_id: string;
  readonly saved_at: string;
}

/** Saves a post for one account, and announces it to those who show whether it did. Again leaves it in its place. */
export async function addBookmark(
  db: Db,
  ctx: Context,
  { id, authorId }: { id: string; authorId: string },
): Promise<void> {
  const accountId = callerOf(ctx);
  await db.write(ctx, {
    effect: sql`effect as (insert into bookmark (account_id, post_id, author_id, shard, saved_at)
      values (${accountId}, ${id}, ${authorId}, ${partitionOf(accountId)}, ${ctx.now}) on conflict do nothing returning post_id)`,
    publish: [
      event(PostBookmarkedSchema, { accountId, postId: id, authorId, bookmarkedAt: timestampFromDate(ctx.now) }),
    ],
  });
}

/** Forgets it. */
export async function removeBookmark(db: Db, ctx: Context, asked: string): Promise<void> {
  const accountId = callerOf(ctx);
  const postId = asked.toLowerCase(); // as all ids are announced
  await db.write(ctx, {
    effect: sql`effect as (delete from bookmark where account_id = ${accountId} and post_id = ${postId} returning post_id)`,
    publish: [event(PostUnbookmarkedSchema, { accountId, postId })],
  });
}

/** What an account saved, latest first, and one more if there is more. */
export function listBookmarks(
  db: Db,
  { accountId, after, limit }: { accountId: string; after: readonly string[] | undefined; limit: number },
): Promise<BookmarkRow[]> {
  const [at, id] = after ?? AFTER_ALL;
  return db.query(sql`select post_id, saved_at from bookmark
    where account_id = ${accountId} and (saved_at, post_id) < (${at}::timestamptz, ${id}::uuid)
    order by saved_at desc, post_id desc limit ${limit + 1}::int`);
}
