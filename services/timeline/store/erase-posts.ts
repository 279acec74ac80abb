import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { moved, uncounted } from "./clear-posts.ts";
import { applyReactions, type Kind } from "./reactions.ts";
import { markStale, markStaleOf } from "./stale-copies.ts";

/**
 * Erases posts of an account, with all places that show them and what they count for. Nothing stays behind, not even that
 * they were deleted: their copies in Redis become those of ids that nobody knows.
 */
export async function erasePosts(tx: Tx, accountId: string, most: number, now: Date): Promise<number> {
  const rows = await tx.query<{ post_id: string }>(
    sql`select post_id from post where author_id = ${accountId} order by post_id limit ${most}::int for update`,
  );
  if (rows.length === 0) return 0;
  const ids = rows.map(({ post_id }) => post_id);
  await tx.query(sql`
    with gone as (delete from post where post_id = any(${ids}::uuid[]) returning *),
    untagged as (delete from tagged where post_id = any(${ids}::uuid[])),
    displaced as (delete from entry where entry_id = any(${ids}::uuid[]) or (is_share and post_id = any(${ids}::uuid[]))
      returning entry_id),
    ${moved(uncounted)}
    ${markStaleOf(sql`select post_id as id from gone union select entry_id from displaced union select post_id from moved`, now)}`);
  // Only now: among the counters that have just fallen there are some of these very posts.
  await tx.query(sql`with uncounted as (delete from post_count where post_id = any(${ids}::uuid[])),
      unscored as (delete from post_signal where post_id = any(${ids}::uuid[])),
      unstepped as (delete from engagement_step where post_id = any(${ids}::uuid[]))
    delete from consent where post_id = any(${ids}::uuid[])`);
  return ids.length;
}

/** Erases what an account did with posts, taken back from their counters, and what was done with its own. */
export async function eraseActs(tx: Tx, accountId: string, most: number, now: Date): Promise<number> {
  const acts = await tx.query<{ post_id: string; author_id: string; kind: Kind; shard: number }>(sql`
    select post_id, author_id, kind, shard from reaction where account_id = ${accountId} limit ${most}::int`);
  const counts = await applyReactions(
    tx,
    acts.map(({ post_id: postId, author_id: authorId, kind, shard }) => ({
      ...{ accountId, postId, authorId, kind, shard, at: undefined },
    })),
  );
  await markStale(
    tx,
    counts.map(({ post_id }) => post_id),
    now,
  );
  const shares = await tx.query<{ entry_id: string }>(sql`delete from entry where ctid = any(array(
    select ctid from entry where actor_id = ${accountId} limit ${most}::int)) returning entry_id`);
  await markStale(
    tx,
    shares.map(({ entry_id }) => entry_id),
    now,
  );
  const others = await tx.query(sql`delete from reaction where ctid = any(array(
    select ctid from reaction where author_id = ${accountId} limit ${most}::int)) returning 1`);
  const words = await tx.query(sql`delete from consent where quoted_author_id = ${accountId} returning 1`);
  return acts.length + shares.length + others.length + words.length;
}
