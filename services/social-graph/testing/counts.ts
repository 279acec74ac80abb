import { sql } from "#mesh/store/sql.ts";
import type { TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { countsOf } from "../store/counts.ts";

/** What is counted and what is there, each as "followers/following". */
export async function countsAndRows(
  mesh: TestMesh,
  ids: readonly string[],
): Promise<{ counted: string[]; there: string[] }> {
  const { db } = mesh.deps<Deps>("social-graph");
  const counted = await countsOf(db.query, ids);
  const there = await db.query<{ followers: number; following: number }>(sql`
    select (select count(*)::int from follow where followee_id = asked.id and state = 'ACTIVE') as followers,
      (select count(*)::int from follow where follower_id = asked.id and state = 'ACTIVE') as following
    from unnest(${[...ids]}::uuid[]) with ordinality as asked (id, place) order by asked.place`);
  const words = (rows: readonly { followers: number; following: number }[]) =>
    rows.map(({ followers, following }) => `${followers}/${following}`);
  return { counted: words(counted), there: words(there) };
}
