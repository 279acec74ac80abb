import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import { AFTER_ALL } from "./moment.ts";

/** A bookmarked post, and when it was saved: its place in the list. */
export interface BookmarkRow {
  readonly post_id: string;
  readonly saved_at: string;
}

/** Saves a post for one account; nothing announces it. Again leaves it in its place. */
export async function addBookmark(db: Db, accountId: string, postId: string, now: Date): Promise<void> {
  await db.query(sql`insert into bookmark (account_id, post_id, saved_at) values (${accountId}, ${postId}, ${now})
    on conflict do nothing`);
}

/** Forgets it. */
export async function removeBookmark(db: Db, accountId: string, postId: string): Promise<void> {
  await db.query(sql`delete from bookmark where account_id = ${accountId} and post_id = ${postId}`);
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
