import type { Loan } from "#mesh/service.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import type { TestMesh } from "#mesh/testing.ts";
import { overheard } from "./auditor.ts";

type Deps = Loan<Record<string, never>, Record<string, never>>;

/** Looks into the databases for what no sequence may leave behind: counters that are not their rows (I4), edges that differ
 * between the two sides (I5), events lost, doubled or out of order (I2, I6, I7), dead letters. */
export function auditOf(mesh: TestMesh): () => Promise<string[]> {
  const db = (service: string): Db => mesh.deps<Deps>(service).db;
  return async () => {
    const [followers] = await db("social-graph").query<{ n: number }>(sql`
      select count(*)::int as n from (
        (select follower_id, followee_id from follow where state = 'ACTIVE' except select follower_id, followee_id from follower where state = 'ACTIVE')
        union all
        (select follower_id, followee_id from follower where state = 'ACTIVE' except select follower_id, followee_id from follow where state = 'ACTIVE')) d`);
    const [counts] = await db("social-graph").query<{ n: number }>(sql`
      with counted as (select account_id, sum(followers) as followers, sum(following) as following from (
          select account_id, followers, following from account_count
          union all select account_id, followers, following from count_delta) c group by account_id),
        rows as (select account_id, sum(followers) as followers, sum(following) as following from (
          select followee_id as account_id, 1 as followers, 0 as following from follow where state = 'ACTIVE'
          union all select follower_id, 0, 1 from follow where state = 'ACTIVE') r group by account_id)
      select count(*)::int as n from counted c full join rows r using (account_id)
      where coalesce(c.followers, 0) <> coalesce(r.followers, 0) or coalesce(c.following, 0) <> coalesce(r.following, 0)`);
    const [likes] = await db("content").query<{ n: number }>(sql`
      with counted as (select post_id, sum(likes) as likes from (
          select post_id, likes from post_count union all select post_id, delta from count_delta where kind = 1) c group by post_id),
        rows as (select post_id, count(*) as likes from post_like group by post_id)
      select count(*)::int as n from counted c full join rows r using (post_id) where coalesce(c.likes, 0) <> coalesce(r.likes, 0)`);
    const letters = await Promise.all(
      ["identity", "social-graph", "content", "notification"].map(async (service) => {
        const rows = await db(service).query<{ cause: string }>(sql`select cause from dead_letter`);
        return rows.map(({ cause }) => `${service} put an event aside: ${cause}`);
      }),
    );
    const heard = await Promise.all(
      ["identity", "social-graph", "content"].map((source) => overheard(db("notification"), source, db(source))),
    );
    return [
      ...(followers?.n ? [`${followers.n} edges are on one side only`] : []),
      ...(counts?.n ? [`${counts.n} accounts have counts that are not their rows`] : []),
      ...(likes?.n ? [`${likes.n} posts have like counts that are not their rows`] : []),
      ...letters.flat(),
      ...heard.flat(),
    ];
  };
}
