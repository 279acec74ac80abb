import { expect, test } from "vitest";
import { FollowState } from "#gen/skein/graph/v1/follow_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { FollowRowSchema } from "#gen/skein/graph/v1/snapshot_rows_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import { sql } from "#mesh/store/sql.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { rebuild, snapshotRows } from "../testing/operator.ts";
import { crowd, settleAll } from "../testing/people.ts";

interface Row {
  followee_id: string;
  follower_id: string;
  bucket: number;
  state: string;
  followed_at: string;
}

const db = (mesh: TestMesh) => mesh.deps<Deps>("social-graph").db;
const mirrored = (mesh: TestMesh) =>
  db(mesh).query<Row>(sql`select followee_id, follower_id, bucket, state, followed_at from follower order by 1, 2`);
const edges = (mesh: TestMesh) =>
  db(mesh).query<Row>(
    sql`select followee_id, follower_id, shard as bucket, state, followed_at from follow order by 1, 2`,
  );

test("the mirror of edges follows them, and read anew it is the same, also while they go on changing", async () => {
  await using mesh = await startGraphMesh();
  const graph = mesh.client(GraphService);
  const people = await crowd(mesh, "mirror", 8);
  const locked = await settleAll(mesh, [{ handle: "shy", locked: true }]);
  const pairs = people.flatMap((who) =>
    [...people, ...locked].filter((whom) => whom !== who).map((whom) => [who, whom]),
  );
  for (const [who = "", whom = ""] of pairs) await graph.followAccount({ accountId: whom }, as(who));
  for (const [who = "", whom = ""] of pairs.filter((_, n) => n % 5 === 0))
    await graph.unfollowAccount({ accountId: whom }, as(who));
  await mesh.settle();
  const before = await mirrored(mesh);
  expect(before).toEqual(await edges(mesh));
  expect(before.length).toBeGreaterThan(40);
  expect(before.filter(({ state }) => state === "PENDING").length).toBeGreaterThan(3);
  expect(before.every(({ bucket, follower_id }) => bucket === partitionOf(follower_id))).toBe(true);

  // wrong in every way: a row too many, one too few, one of another state
  await db(mesh).query(sql`with gone as (delete from follower where follower_id = ${people[0] ?? ""}),
    other as (update follower set state = 'PENDING' where follower_id = ${people[1] ?? ""})
    insert into follower (followee_id, bucket, follower_id, state, followed_at, version)
    values (${locked[0] ?? ""}, ${partitionOf(locked[0] ?? "")}, ${locked[0] ?? ""}, 'ACTIVE', now(), 0)`);
  const churn = Promise.all(
    pairs.slice(0, 20).map(([who = "", whom = ""]) => graph.unfollowAccount({ accountId: whom }, as(who))),
  );
  await rebuild(mesh, "mirror-follow");
  await churn;
  await mesh.settle();
  expect(await mirrored(mesh)).toEqual(await edges(mesh));
}, 60_000);

test("a snapshot of edges has every edge once, with all that its owner set", async () => {
  await using mesh = await startGraphMesh();
  const graph = mesh.client(GraphService);
  const [ann = "", bob = "", ...others] = await crowd(mesh, "snap", 30);
  for (const one of others) await graph.followAccount({ accountId: one }, as(ann));
  await graph.followAccount({ accountId: ann }, as(bob));
  await graph.updateFollow({ accountId: ann, hideReposts: true, hideFromHome: true }, as(bob));
  const rows = await snapshotRows(mesh, "follow", FollowRowSchema);
  expect(
    rows
      .filter(({ followerId }) => followerId === ann)
      .map(({ followeeId }) => followeeId)
      .sort(),
  ).toEqual(others.sort());
  expect(rows.filter(({ followerId }) => followerId === bob)).toMatchObject([
    { followeeId: ann, state: FollowState.ACTIVE, hideReposts: true, notifyOnPost: false, hideFromHome: true },
  ]);
}, 60_000);
