import type { Tx } from "#mesh/store/commit.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";
import { markStaleOf } from "./stale-copies.ts";

type Clearing = Pick<Tx, "query">;

// How a place travels was decided once and is in no snapshot: it outlives its row until the rows are there again.
const rememberTiers = ({ query }: Clearing) =>
  query(
    sql`create temporary table if not exists former_tier (entry_id uuid primary key, tier smallint not null) on commit drop`,
  );

/** Whether something was cleared in this transaction: where rows are built beside those that are read, nothing is. */
export async function cleared({ query }: Clearing): Promise<boolean> {
  const [row] = await query<{ there: boolean }>(sql`select to_regclass('pg_temp.former_tier') is not null as there`);
  return row?.there ?? false;
}

/** Moves counters by rows (post_id, replies, quotes), each post at most once. */
export const moved = (rows: Sql): Sql => sql`moved as (insert into post_count as c (post_id, replies, quotes)
  select post_id, replies, quotes from (${rows}) n where (replies, quotes) <> (0, 0) order by post_id
  on conflict (post_id) do update set replies = c.replies + excluded.replies, quotes = c.quotes + excluded.quotes,
    version = greatest(c.version + 1, revision()) returning c.post_id)`;

/** By how much counters fall when the posts of the CTE `gone` go. See rules/counted.ts, which says the same. */
export const uncounted: Sql = sql`select target as post_id, sum(replies) as replies, sum(quotes) as quotes
  from gone p left join consent k on k.post_id = p.post_id
    cross join lateral (values (p.parent_id, -1, 0),
      (case when coalesce(k.approved, not p.quote_asks) then p.quoted_id end, 0, -1)) n (target, replies, quotes)
  where p.state = 1 and p.audience in (1, 2) and target is not null group by target`;

/** Forgets the posts of one log, with what they count for. */
export async function clearPosts(tx: Clearing, shard: number, now: Date): Promise<void> {
  await rememberTiers(tx);
  await tx.query(sql`
    with gone as (delete from post where shard = ${shard}::smallint returning *),
    untagged as (delete from tagged where post_id in (select post_id from gone)),
    displaced as (delete from entry where entry_id in (select post_id from gone) returning entry_id, tier),
    kept as (insert into former_tier select entry_id, tier from displaced on conflict do nothing),
    ${moved(uncounted)}
    ${markStaleOf(sql`select post_id as id from gone union select post_id from moved`, now)}`);
}

/** Forgets the shares of one log. Their counter belongs to count-reactions. */
export async function clearShares(tx: Clearing, shard: number, now: Date): Promise<void> {
  await rememberTiers(tx);
  await tx.query(sql`
    with gone as (delete from entry where shard = ${shard}::smallint and is_share returning entry_id, tier),
    kept as (insert into former_tier select entry_id, tier from gone on conflict do nothing)
    ${markStaleOf(sql`select entry_id as id from gone`, now)}`);
}

/** Forgets what one log says about quotes: they are shown again, or wait. */
export async function clearConsents(tx: Clearing, shard: number, now: Date): Promise<void> {
  await tx.query(sql`
    with gone as (delete from consent where shard = ${shard}::smallint returning post_id, approved),
    ${moved(sql`select p.quoted_id as post_id, 0 as replies, sum((not p.quote_asks)::int - gone.approved::int) as quotes
      from gone join post p on p.post_id = gone.post_id
      where p.state = 1 and p.audience in (1, 2) and p.quoted_id is not null group by p.quoted_id`)},
    revised as (update post set revision = greatest(revision + 1, revision()) where post_id in (select post_id from gone))
    ${markStaleOf(sql`select post_id as id from gone union select post_id from moved`, now)}`);
}
