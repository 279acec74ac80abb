import type { Db } from "#mesh/store/database.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";
import type { CountRow } from "../rules/drift.ts";
import { countedPost, shownQuote } from "./count-delta.ts";
import type { Query } from "./query.ts";

interface Id {
  readonly id: string;
}

/** Posts in the order of their ids, after one. */
export const postsAfter = (query: Query, after: string | undefined, limit: number): Promise<Id[]> =>
  query(
    sql`select id from post where ${after ?? null}::uuid is null or id > ${after ?? null}::uuid order by id limit ${limit}::int`,
  );

/** Those of the named posts that there are. */
export const postsNamed = (query: Query, postIds: readonly string[]): Promise<Id[]> =>
  query(sql`select id from post where id = any(${[...postIds]}::uuid[]) order by id`);

/**
 * Counters and rows of posts side by side, for each (post, kind, option) that has either. All of it is one snapshot, in
 * which every row has its delta or is in the counter already: what differs was damaged, and stays so until it is repaired.
 */
const compared = (postIds: readonly string[]): Sql => sql`
  page as (select id, author_id, shard from post where id = any(${[...postIds]}::uuid[])),
  kept as (
    select c.post_id, k.kind, null::smallint as option, k.n from post_count c join page on page.id = c.post_id
      cross join lateral (values (1, c.likes), (2, c.shares), (3, c.replies), (4, c.quotes), (5, c.voters)) k (kind, n)
    union all select o.post_id, 6, o.option, o.votes from poll_option o join page on page.id = o.post_id
    union all select d.post_id, d.kind, d.option, d.delta from count_delta d join page on page.id = d.post_id),
  counted as (
    select l.post_id, 1 as kind, null::smallint as option, count(*) as n from post_like l join page on page.id = l.post_id group by 1
    union all select s.post_id, 2, null, count(*) from post_share s join page on page.id = s.post_id group by 1
    union all select p.parent_id, 3, null, count(*) from post p join page on page.id = p.parent_id where ${countedPost} group by 1
    union all select p.quoted_id, 4, null, count(*) from post p join page on page.id = p.quoted_id
      where ${countedPost} and ${shownQuote} group by 1
    union all select v.post_id, 5, null, count(*) from vote v join page on page.id = v.post_id group by 1
    union all select v.post_id, 6, o.option, count(*) from vote v join page on page.id = v.post_id
      cross join lateral unnest(v.options) o (option) group by 1, 3),
  compared as (select post_id, kind, option, sum(kept) as kept, sum(counted) as counted
    from (select post_id, kind, option, n as kept, 0 as counted from kept
      union all select post_id, kind, option, 0, n from counted) both_sides
    group by post_id, kind, option)`;

const DRIFTS = sql`select post_id, kind, option, kept, counted from compared
  where post_id in (select post_id from compared where kept <> counted) order by post_id, kind, option`;

/** All counts of the posts that have one that is wrong. */
export const findDrift = (query: Query, postIds: readonly string[]): Promise<CountRow[]> =>
  query(sql`with ${compared(postIds)} ${DRIFTS}`);

/**
 * The same, and puts them right by what is missing, never by setting them: whatever is counted meanwhile stays counted.
 * One at a time: of two, the second would add the same again.
 */
export const repairDrift = (db: Db, postIds: readonly string[]): Promise<CountRow[]> =>
  db.commit(undefined, async (tx) => {
    await tx.query(sql`select pg_advisory_xact_lock(hashtextextended('reconcile counters', 0))`);
    return tx.query<CountRow>(sql`with ${compared(postIds)},
      amends as (select post_id, kind, option, counted - kept as n from compared where counted <> kept),
      counters as (insert into post_count as c (post_id, author_id, shard, likes, shares, replies, quotes, voters)
        select page.id, page.author_id, page.shard, coalesce(sum(n) filter (where kind = 1), 0),
          coalesce(sum(n) filter (where kind = 2), 0), coalesce(sum(n) filter (where kind = 3), 0),
          coalesce(sum(n) filter (where kind = 4), 0), coalesce(sum(n) filter (where kind = 5), 0)
        from amends join page on page.id = amends.post_id where kind < 6 group by 1, 2, 3 order by 1
        on conflict (post_id) do update set likes = c.likes + excluded.likes, shares = c.shares + excluded.shares,
          replies = c.replies + excluded.replies, quotes = c.quotes + excluded.quotes, voters = c.voters + excluded.voters,
          version = c.version + 1),
      votes as (insert into poll_option as o (post_id, option, votes)
        select post_id, option, n from amends where kind = 6 order by 1, 2
        on conflict (post_id, option) do update set votes = o.votes + excluded.votes)
      ${DRIFTS}`);
  });
