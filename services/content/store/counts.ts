import type { MessageInitShape } from "@bufbuild/protobuf";
import type { PostCountsSchema } from "#gen/skein/content/v1/post_view_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Query } from "./query.ts";

/** Counters of a post as the database writes them: bigints are text. */
export interface CountsRow {
  readonly likes: string;
  readonly shares: string;
  readonly replies: string;
  readonly quotes: string;
}

/** The message of counters. A counter that damage has made negative is shown as none until it is repaired. */
export const countsOf = ({ likes, shares, replies, quotes }: CountsRow): MessageInitShape<typeof PostCountsSchema> => ({
  likes: atLeastNone(likes),
  shares: atLeastNone(shares),
  replies: atLeastNone(replies),
  quotes: atLeastNone(quotes),
});

/** A count as the contract has it. */
export const atLeastNone = (count: string): bigint => (count.startsWith("-") ? 0n : BigInt(count));

/** A published post's counters, for ranking. */
export interface EngagementRow extends CountsRow {
  readonly id: string;
  readonly author_id: string;
  readonly created_at: string;
  readonly version: string;
}

/** Counters of published posts: what is folded and what is not yet, seen in one snapshot, so that they are exact. */
export const readEngagement = (query: Query, postIds: readonly string[]): Promise<EngagementRow[]> =>
  query(sql`select p.id, p.author_id, p.created_at, coalesce(c.version, 0) as version,
      coalesce(c.likes, 0) + d.likes as likes, coalesce(c.shares, 0) + d.shares as shares,
      coalesce(c.replies, 0) + d.replies as replies, coalesce(c.quotes, 0) + d.quotes as quotes
    from post p left join post_count c on c.post_id = p.id
      cross join lateral (select coalesce(sum(delta) filter (where kind = 1), 0) as likes,
        coalesce(sum(delta) filter (where kind = 2), 0) as shares, coalesce(sum(delta) filter (where kind = 3), 0) as replies,
        coalesce(sum(delta) filter (where kind = 4), 0) as quotes from count_delta where post_id = p.id) d
    where p.id = any(${[...postIds]}::uuid[]) and p.state = 'PUBLISHED'`);

/**
 * Moves up to `most` deltas, oldest first, into the counters, and says how many it found. One statement, so that every
 * reader sees a delta either here or there. Deltas of posts that are gone go with them.
 */
export async function foldDeltas(query: Query, most: number): Promise<number> {
  const [row] = await query<{ found: number }>(sql`
    with due as (select id from count_delta order by id limit ${most}::int for update skip locked),
    gone as (delete from count_delta d using due where d.id = due.id returning d.post_id, d.kind, d.option, d.delta),
    sums as (select post_id, coalesce(sum(delta) filter (where kind = 1), 0) as likes,
        coalesce(sum(delta) filter (where kind = 2), 0) as shares, coalesce(sum(delta) filter (where kind = 3), 0) as replies,
        coalesce(sum(delta) filter (where kind = 4), 0) as quotes, coalesce(sum(delta) filter (where kind = 5), 0) as voters
      from gone group by post_id),
    counted as (insert into post_count as c (post_id, author_id, shard, likes, shares, replies, quotes, voters)
      select s.post_id, p.author_id, p.shard, s.likes, s.shares, s.replies, s.quotes, s.voters
      from sums s join post p on p.id = s.post_id where (s.likes, s.shares, s.replies, s.quotes, s.voters) <> (0, 0, 0, 0, 0)
      order by s.post_id
      on conflict (post_id) do update set likes = c.likes + excluded.likes, shares = c.shares + excluded.shares,
        replies = c.replies + excluded.replies, quotes = c.quotes + excluded.quotes, voters = c.voters + excluded.voters,
        version = c.version + 1),
    voted as (insert into poll_option as o (post_id, option, votes)
      select g.post_id, g.option, sum(g.delta) from gone g join poll using (post_id) where g.kind = 6
      group by g.post_id, g.option order by g.post_id, g.option
      on conflict (post_id, option) do update set votes = o.votes + excluded.votes)
    select count(*)::int as found from gone`);
  return row?.found ?? 0;
}
