import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { type Folded, foldedOf } from "./counts.ts";
import type { Query } from "./query.ts";

/** An account of which the counters say something else than its edges. */
export interface Drift {
  readonly account_id: string;
  readonly kept_followers: string;
  readonly kept_following: string;
  readonly followers: string;
  readonly following: string;
}

/**
 * Recounts the edges of accounts in one snapshot with their counters. A difference is repaired by one more delta, so what
 * is followed, unfollowed or folded meanwhile adds up with it; two repairs of one account must not (see reconcileAlone).
 */
const recount = (query: Query, ids: readonly string[], repair: boolean) =>
  query<Drift>(sql`
    with asked as (select distinct id from unnest(${[...ids]}::uuid[]) as asked (id)),
    kept as (select asked.id, coalesce(c.followers, 0) + coalesce(d.followers, 0) as followers,
        coalesce(c.following, 0) + coalesce(d.following, 0) as following
      from asked left join account_count c on c.account_id = asked.id
        left join lateral (select sum(followers) as followers, sum(following) as following
          from count_delta where account_id = asked.id) d on true),
    counted as (select id,
        (select count(*) from follow where followee_id = asked.id and state = 'ACTIVE') as followers,
        (select count(*) from follow where follower_id = asked.id and state = 'ACTIVE') as following
      from asked),
    drift as (select id as account_id, kept.followers as kept_followers, kept.following as kept_following,
        counted.followers, counted.following
      from kept join counted using (id)
      where (kept.followers, kept.following) is distinct from (counted.followers, counted.following)),
    repaired as (insert into count_delta (account_id, followers, following)
      select account_id, followers - kept_followers, following - kept_following from drift where ${repair}::boolean)
    select * from drift order by account_id`);

/** Says which of the accounts drifted. */
export const findDrift = (query: Query, ids: readonly string[]): Promise<Drift[]> => recount(query, ids, false);

/** Repairs the drift of accounts, one transaction at a time in the whole database: two would each repair the same. */
export async function repairDrift(tx: Tx, ids: readonly string[], now: Date): Promise<Drift[]> {
  await tx.query(sql`select pg_advisory_xact_lock(hashtextextended('social-graph reconcile', 0))`);
  const drifts = await recount(tx.query, ids, true);
  await tx.query(sql`update account_count set reconciled_at = ${now} where account_id = any(${[...ids]}::uuid[])`);
  return drifts;
}

/** Accounts with or without counters, in the order of their ids, after one of them. */
export async function accountsAfter(query: Query, after: string, limit: number): Promise<string[]> {
  const rows = await query<{ id: string }>(sql`
    (select id from account where id > ${after}::uuid order by id limit ${limit}::int)
    union (select account_id from account_count where account_id > ${after}::uuid order by account_id limit ${limit}::int)
    order by id limit ${limit}::int`);
  return rows.map(({ id }) => id);
}

/** The accounts whose counters were recounted longest ago, and not since `before`. */
export async function longestUnreconciled(query: Query, before: Date, limit: number): Promise<Folded[]> {
  const rows = await query<Record<keyof Folded, string>>(sql`select account_id, followers, tier from account_count
    where reconciled_at is null or reconciled_at < ${before}
    order by reconciled_at nulls first, account_id limit ${limit}::int`);
  return rows.map(foldedOf);
}
