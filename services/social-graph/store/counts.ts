import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CountsSchema } from "#gen/skein/graph/v1/counts_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";
import type { Fanout } from "../rules/fanout-tier.ts";
import type { Query } from "./query.ts";

/** How many accounts follow one, and are followed by it. */
export interface CountsRow {
  readonly account_id: string;
  readonly followers: number;
  readonly following: number;
}

/**
 * A CTE that counts edges beginning (step 1) or ending (step -1), for the statement that writes them: `edges` selects
 * follower_id, followee_id, step, and only of edges that are or were active. It adds rows and locks none, so a thousand
 * may follow one account at once. In the statement: sql`effect as (...), ${countDelta(sql`select ... from effect`)}`.
 */
export const countDelta = (
  edges: Sql,
): Sql => sql`counted as (insert into count_delta (account_id, followers, following)
  select side.account_id, sum(side.followers)::int, sum(side.following)::int
  from (${edges}) as edge (follower_id, followee_id, step),
    lateral (values (edge.followee_id, edge.step, 0), (edge.follower_id, 0, edge.step)) as side (account_id, followers, following)
  group by side.account_id)`;

/** The counts of accounts, in the order asked: the counters and what is not yet folded into them, in one snapshot. */
export async function countsOf(query: Query, ids: readonly string[]): Promise<CountsRow[]> {
  const rows = await query<Record<keyof CountsRow, string>>(sql`
    select asked.id as account_id, coalesce(c.followers, 0) + coalesce(d.followers, 0) as followers,
      coalesce(c.following, 0) + coalesce(d.following, 0) as following
    from unnest(${[...ids]}::uuid[]) with ordinality as asked (id, place)
      left join account_count c on c.account_id = asked.id
      left join lateral (select sum(followers) as followers, sum(following) as following
        from count_delta where account_id = asked.id) d on true
    order by asked.place`);
  return rows.map(({ account_id, followers, following }) => ({
    account_id,
    followers: Number(followers),
    following: Number(following),
  }));
}

/** Counts as answers show them. A counter that drifted below zero shows nobody a nonsense number. */
export const shownCounts = ({
  account_id,
  followers,
  following,
}: CountsRow): MessageInitShape<typeof CountsSchema> => ({
  accountId: account_id,
  followers: BigInt(Math.max(0, followers)),
  following: BigInt(Math.max(0, following)),
});

/** A counter that took up deltas: what it says now, and the tier it had. */
export interface Folded {
  readonly account_id: string;
  readonly followers: number;
  readonly tier: Fanout;
}

/** Takes up to `most` deltas into their counters. The sum of both is the same before, meanwhile and after. */
export async function foldDeltas(tx: Tx, most: number): Promise<{ taken: number; folded: Folded[] }> {
  const sums = await tx.query<Record<"account_id" | "followers" | "following" | "rows", string>>(sql`
    with taken as (delete from count_delta where (account_id, id) in
        (select account_id, id from count_delta order by account_id, id limit ${most}::int for update skip locked)
      returning account_id, followers, following)
    select account_id, sum(followers) as followers, sum(following) as following, count(*) as rows
    from taken group by account_id order by account_id`);
  if (sums.length === 0) return { taken: 0, folded: [] };
  const rows = await tx.query<Record<keyof Folded, string>>(sql`
    insert into account_count (account_id, shard, followers, following)
    select * from unnest(${sums.map(({ account_id }) => account_id)}::uuid[],
      ${sums.map(({ account_id }) => partitionOf(account_id))}::smallint[],
      ${sums.map(({ followers }) => followers)}::bigint[], ${sums.map(({ following }) => following)}::bigint[])
    on conflict (account_id) do update set followers = account_count.followers + excluded.followers,
      following = account_count.following + excluded.following
    returning account_id, followers, tier`);
  return { taken: sums.reduce((all, { rows }) => all + Number(rows), 0), folded: rows.map(foldedOf) };
}

export const foldedOf = (row: Record<keyof Folded, string>): Folded => ({
  account_id: row.account_id,
  followers: Number(row.followers),
  tier: row.tier as Fanout,
});
