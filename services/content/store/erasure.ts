import { partitionOf } from "#mesh/partition.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { countedPost, shownQuote } from "./count-delta.ts";
import { forgetDiscovery } from "./forget-discovery.ts";
import { forgetEngagement } from "./forget-engagement.ts";
import { forgetTraces } from "./forget-posts.ts";
import type { Query } from "./query.ts";

/** Whose the places in threads are that erased accounts left. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

/** Writes down that an account is to be erased; again changes nothing. */
export async function beginErasure({ query }: Pick<Tx, "query">, accountId: string, dueAt: Date): Promise<void> {
  await query(sql`insert into erasure (account_id, due_at) values (${accountId}, ${dueAt}) on conflict do nothing`);
}

/** Accounts to be erased, longest waiting first. */
export async function waitingErasures(query: Query, most: number): Promise<string[]> {
  const rows = await query<{ account_id: string }>(
    sql`select account_id from erasure order by due_at, account_id limit ${most}::int`,
  );
  return rows.map(({ account_id }) => account_id);
}

/** Some of an account's posts, in whatever state. */
export async function postsLeft(query: Query, accountId: string, most: number): Promise<string[]> {
  const rows = await query<{ id: string }>(
    sql`select id from post where author_id = ${accountId} order by id limit ${most}::int`,
  );
  return rows.map(({ id }) => id);
}

/** Takes likes from posts, `most` at once, for one post may have millions; says how many it took. */
export async function dropLikes(query: Query, postIds: readonly string[], most: number): Promise<number> {
  const [row] = await query<{ gone: number }>(sql`
    with gone as (delete from post_like where ctid = any(array(
      select ctid from post_like where post_id = any(${[...postIds]}::uuid[]) limit ${most}::int)) returning 1)
    select count(*)::int as gone from gone`);
  return row?.gone ?? 0;
}

/** Erases posts of an account. One that was answered leaves a nameless place behind, so that threads hold together. */
export async function erasePosts(tx: Pick<Tx, "query">, accountId: string, ids: readonly string[]): Promise<void> {
  const own = [...ids];
  await tx.query(
    sql`select 1 from post where author_id = ${accountId} and id = any(${own}::uuid[]) order by id for update`,
  );
  await tx.query(sql`insert into count_delta (post_id, kind, delta)
    select counted.target, counted.kind, -1 from post p cross join lateral
      (values (p.parent_id, 3::smallint), (case when ${shownQuote} then p.quoted_id end, 4::smallint)) counted (target, kind)
    where p.author_id = ${accountId} and p.id = any(${own}::uuid[]) and ${countedPost} and counted.target is not null`);
  await forgetTraces(tx, own);
  await tx.query(sql`
    with kept as (update post p set author_id = ${NOBODY}, shard = ${partitionOf(NOBODY)}, state = 'TOMBSTONE', card = null,
        quoted_id = null, quoted_author_id = null, quote_asks = false, has_media = false, request_key = null, fingerprint = null,
        deleted_at = coalesce(deleted_at, created_at), deleted_by = null
      where p.author_id = ${accountId} and p.id = any(${own}::uuid[]) and exists (select 1 from post x where x.parent_id = p.id)
      returning id),
    asked as (delete from quote_consent c using post p
      where p.author_id = ${accountId} and p.id = any(${own}::uuid[]) and c.owner_id = p.quoted_author_id and c.post_id = p.id),
    nameless as (update post_count set author_id = ${NOBODY}, shard = ${partitionOf(NOBODY)}
      where post_id in (select id from kept)),
    uncounted as (delete from post_count where post_id = any(${own}::uuid[]) and post_id not in (select id from kept)),
    dropped as (delete from count_delta where post_id = any(${own}::uuid[]) and post_id not in (select id from kept))
    delete from post where author_id = ${accountId} and id = any(${own}::uuid[]) and id not in (select id from kept)`);
}

/** Erases what else an account did, and is done with it. */
export async function finishErasure(tx: Pick<Tx, "query">, accountId: string): Promise<void> {
  await forgetEngagement(tx, accountId);
  await forgetDiscovery(tx, accountId);
  await tx.query(sql`with named as (delete from mention where account_id = ${accountId})
    delete from erasure where account_id = ${accountId}`);
}
