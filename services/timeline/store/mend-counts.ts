import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import { uncounted } from "./clear-posts.ts";
import { markStaleOf } from "./stale-copies.ts";

/** All posts and reactions are read for it. */
const LIMIT = "10min";

/**
 * Counts everything anew and moves the counters that say something else by the difference: what counts and what is counted
 * move together, so one statement sees them agree, and what is counted meanwhile is not lost. Returns how many it moved.
 */
export const mendCounts = (db: Pick<Db, "transact">, now: Date): Promise<number> =>
  db.transact(async ({ query }) => {
    await query(sql`select set_config('statement_timeout', ${LIMIT}, true)`);
    const rows = await query(sql`
      with gone as (select * from post where state = 1),
      posts as (${uncounted}),
      acts as (select post_id, count(*) filter (where kind = 1) as likes, count(*) filter (where kind = 2) as shares
        from reaction where kind < 3 group by post_id),
      counted as (select post_id, coalesce(likes, 0) as likes, coalesce(shares, 0) as shares,
          -coalesce(replies, 0) as replies, -coalesce(quotes, 0) as quotes from acts full join posts using (post_id)),
      wrong as (select post_id, coalesce(n.likes, 0) - coalesce(c.likes, 0) as likes, coalesce(n.shares, 0) - coalesce(c.shares, 0) as shares,
          coalesce(n.replies, 0) - coalesce(c.replies, 0) as replies, coalesce(n.quotes, 0) - coalesce(c.quotes, 0) as quotes
        from counted n full join post_count c using (post_id)),
      mended as (insert into post_count as c (post_id, likes, shares, replies, quotes)
        select post_id, likes, shares, replies, quotes from wrong where (likes, shares, replies, quotes) <> (0, 0, 0, 0)
        order by post_id
        on conflict (post_id) do update set likes = c.likes + excluded.likes, shares = c.shares + excluded.shares,
          replies = c.replies + excluded.replies, quotes = c.quotes + excluded.quotes,
          version = greatest(c.version + 1, revision())
        returning c.post_id)
      ${markStaleOf(sql`select post_id as id from mended`, now)} returning id`);
    return rows.length;
  });
