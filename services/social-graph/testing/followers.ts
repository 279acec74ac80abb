import { partitionOf } from "#mesh/partition.ts";
import { sql } from "#mesh/store/sql.ts";
import type { TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";

/** Lets accounts that nobody knows follow one, as the mirror has it, in one statement; returns their ids. */
export async function followersOf(mesh: TestMesh, accountId: string, count: number): Promise<string[]> {
  const { db, ids, clock } = mesh.deps<Deps>("social-graph");
  const followers = Array.from({ length: count }, () => ids.next());
  await db.query(sql`insert into follower (followee_id, bucket, follower_id, state, followed_at, version)
    select ${accountId}::uuid, bucket, id, 'ACTIVE', ${clock.now()}::timestamptz, 1
    from unnest(${followers}::uuid[], ${followers.map(partitionOf)}::smallint[]) as f (id, bucket)`);
  return followers;
}

/** Says when accounts were last seen. */
export async function seenAt(mesh: TestMesh, accountIds: readonly string[], at: Date): Promise<void> {
  await mesh.deps<Deps>("social-graph").db.query(sql`insert into activity (account_id, active_at)
    select id, ${at}::timestamptz from unnest(${[...accountIds]}::uuid[]) as id
    on conflict (account_id) do update set active_at = excluded.active_at`);
}
