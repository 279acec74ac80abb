import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import { firstIdAt } from "../rules/entry-ids.ts";

type Store = Pick<Db, "query">;

/** Counts some posts for a window, those behind `after`; says how many, and where it came to. */
export async function countSome(
  { query }: Store,
  windowMs: number,
  after: string,
  bite: number,
): Promise<{ posts: number; last: string }> {
  const window = new Date(windowMs);
  const [row] = await query<{ posts: number; last: string | null }>(sql`
    with bite as (select post_id from post where post_id > ${after}::uuid and state = 1 and created_at < ${window}
        order by post_id limit ${bite}::int),
      put as (insert into post_signal (window_at, post_id, likes, replies, shares)
        select ${window}, s.post_id, coalesce(c.likes, 0), coalesce(c.replies, 0), coalesce(c.shares, 0)
        from bite s left join post_count c on c.post_id = s.post_id
        on conflict (window_at, post_id) do update set likes = excluded.likes, replies = excluded.replies, shares = excluded.shares)
    select count(*)::int as posts, (select post_id from bite order by post_id desc limit 1) as last from bite`);
  return { posts: row?.posts ?? 0, last: row?.last ?? after };
}

/** Where counting begins: ids are made in the order of time, nearly. */
export const firstOf = (sinceMs: number): string => firstIdAt(sinceMs);

/** Says that a window was counted whole; once more is a round of its own. */
export async function finishRound({ query }: Store, windowMs: number, posts: number, now: Date): Promise<void> {
  await query(sql`insert into score_round (window_at, round, posts, done_at)
    values (${new Date(windowMs)}, 1, ${posts}, ${now})
    on conflict (window_at) do update set round = score_round.round + 1, posts = excluded.posts, done_at = excluded.done_at`);
}

/** Drops windows before a moment; says whether there may be more of them. */
export async function dropWindows({ query }: Store, beforeMs: number, bite: number): Promise<boolean> {
  const before = new Date(beforeMs);
  const [row] = await query<{ gone: number }>(sql`with rounds as (delete from score_round where window_at < ${before}),
    gone as (delete from post_signal where ctid = any(array(
      select ctid from post_signal where window_at < ${before} limit ${bite}::int)) returning 1)
    select count(*)::int as gone from gone`);
  return (row?.gone ?? 0) >= bite;
}
