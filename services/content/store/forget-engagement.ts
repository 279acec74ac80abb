import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Query } from "./query.ts";

/**
 * Takes back up to `most` of each kind of what an account did with posts, out of the counters too and in one statement,
 * so that they stay exact from bite to bite; says how many it found. Nothing is announced: whoever keeps copies forgets
 * the account by itself.
 */
export async function forgetSomeActs(query: Query, accountId: string, most: number | null): Promise<number> {
  const [row] = await query<{ found: number }>(sql`
    with likes as (delete from post_like where liker_id = ${accountId} and post_id = any(array(
      select post_id from post_like where liker_id = ${accountId} limit ${most}::int)) returning post_id),
    shares as (delete from post_share where sharer_id = ${accountId} and post_id = any(array(
      select post_id from post_share where sharer_id = ${accountId} limit ${most}::int)) returning post_id),
    votes as (delete from vote where voter_id = ${accountId} and post_id = any(array(
      select post_id from vote where voter_id = ${accountId} limit ${most}::int)) returning post_id, options),
    saved as (delete from bookmark where account_id = ${accountId} and post_id = any(array(
      select post_id from bookmark where account_id = ${accountId} limit ${most}::int)) returning post_id),
    less as (insert into count_delta (post_id, kind, option, delta)
      select post_id, 1, null::smallint, -1 from likes union all select post_id, 2, null, -1 from shares
      union all select post_id, 5, null, -1 from votes union all select post_id, 6, unnest(options), -1 from votes)
    select ((select count(*) from likes) + (select count(*) from shares) + (select count(*) from votes)
      + (select count(*) from saved))::int as found`);
  return row?.found ?? 0;
}

/** Erases all that is left of what an account did with posts, and what it said about quotes of its own. */
export async function forgetEngagement({ query }: Pick<Tx, "query">, accountId: string): Promise<void> {
  await forgetSomeActs(query, accountId, null);
  await query(sql`with pins as (delete from pin where author_id = ${accountId})
    delete from quote_consent where owner_id = ${accountId}`);
}
