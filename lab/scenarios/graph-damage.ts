import type { Town } from "./shapes.ts";

/** What must be nothing at all times once everything has been applied, whatever happened before. */
const CHECKS = {
  "edges that only one side knows": `
    (select follower_id, followee_id, state from follow except select follower_id, followee_id, state from follower)
    union all
    (select follower_id, followee_id, state from follower except select follower_id, followee_id, state from follow)`,
  "counts that are not their rows": `
    with counted as (select account_id, sum(followers) as followers, sum(following) as following from (
        select account_id, followers, following from account_count
        union all select account_id, followers, following from count_delta) c group by account_id),
      rows as (select account_id, sum(followers) as followers, sum(following) as following from (
        select followee_id as account_id, 1 as followers, 0 as following from follow where state = 'ACTIVE'
        union all select follower_id, 0, 1 from follow where state = 'ACTIVE') r group by account_id)
    select * from counted c full join rows r using (account_id)
    where coalesce(c.followers, 0) <> coalesce(r.followers, 0) or coalesce(c.following, 0) <> coalesce(r.following, 0)`,
  "follows across a block": `
    select f.* from follow f join block b on (f.follower_id, f.followee_id) in
      ((b.blocker_id, b.blocked_id), (b.blocked_id, b.blocker_id))`,
  "gaps in the log": `
    select * from (select partition, seq, row_number() over (partition by partition order by seq) as place from log) l
    where seq <> place`,
  deadlocks: `select deadlocks from pg_stat_database where datname = current_database() and deadlocks > 0`,
};

/** Looks for what no sequence of follows, blocks and crashes may leave behind in social-graph; says in words what is wrong. */
export async function graphDamage(town: Town): Promise<string[]> {
  await using database = await town.look("social-graph");
  const wrong: string[] = [];
  for (const [what, query] of Object.entries(CHECKS)) {
    const { rows } = await database.query(query);
    if (rows.length > 0) wrong.push(`${rows.length} ${what}: ${JSON.stringify(rows.slice(0, 3))}`);
  }
  return wrong;
}
