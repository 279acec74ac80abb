import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  ActivityTier,
  StreamFollowerIdsRequestSchema,
  type StreamFollowerIdsResponse,
} from "#gen/skein/graph/v1/counts_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import type { TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { followersOf, seenAt } from "../testing/followers.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { crowd } from "../testing/people.ts";

const DAY = 86_400_000;
const { ACTIVE, OCCASIONAL, DORMANT } = ActivityTier;

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh();
});
afterAll(() => mesh[Symbol.asyncDispose]());

type Asked = { accountId: string; tiers?: ActivityTier[]; chunkSize?: number; cursor?: string };
const stream = (asked: Asked) => mesh.client(GraphService).streamFollowerIds(asked);
const all = (asked: Asked): Promise<StreamFollowerIdsResponse[]> => Array.fromAsync(stream(asked));
const idsOf = (chunks: readonly StreamFollowerIdsResponse[]) => chunks.flatMap(({ followerIds }) => followerIds);
const daysAgo = (days: number) => new Date(mesh.clock.now().getTime() - days * DAY);

/** A star with so many followers, a third in each tier. */
async function star(handle: string, count: number) {
  const [accountId = ""] = await crowd(mesh, handle, 1);
  const fans = await followersOf(mesh, accountId, count);
  const of = (rest: number) => fans.filter((_, at) => at % 3 === rest);
  await seenAt(mesh, of(0), daysAgo(1));
  await seenAt(mesh, of(1), daysAgo(20));
  await seenAt(mesh, of(2).slice(1), daysAgo(90)); // and one who was never seen
  return { accountId, fans, of };
}

test("the active come first, then bucket after bucket, everybody once and in chunks of one bucket", async () => {
  const { accountId, fans, of } = await star("tiers", 600);
  const chunks = await all({ accountId, chunkSize: 3 });
  for (const { bucket, followerIds } of chunks) {
    expect(followerIds.length).toBeLessThanOrEqual(3);
    expect(new Set(followerIds.map(partitionOf))).toEqual(new Set([bucket]));
  }
  const order = chunks.map(({ tier, bucket }) => tier * 100 + bucket);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(new Set(idsOf(chunks))).toEqual(new Set(fans));
  expect(idsOf(chunks)).toHaveLength(fans.length);
  for (const [rest, tier] of [ACTIVE, OCCASIONAL, DORMANT].entries())
    expect(idsOf(chunks.filter((one) => one.tier === tier)).toSorted()).toEqual(of(rest).toSorted());
  const some = await all({ accountId, tiers: [DORMANT, ACTIVE] });
  expect([...new Set(some.map(({ tier }) => tier))]).toEqual([DORMANT, ACTIVE]);
  expect(idsOf(some).toSorted()).toEqual([...of(2), ...of(0)].toSorted());
});

test("whoever lost the stream goes on behind any chunk, with chunks of another size too", async () => {
  const { accountId } = await star("resumed", 300);
  const chunks = await all({ accountId });
  for (const at of [0, 1, 63, 64, 100, chunks.length - 1]) {
    const rest = await all({ accountId, chunkSize: 2, cursor: chunks[at]?.cursor ?? "" });
    expect(idsOf(rest)).toEqual(idsOf(chunks.slice(at + 1)));
  }
});

test("a cursor is for its account and its tiers, and is nobody's invention", async () => {
  const { accountId } = await star("own", 6);
  const [chunk] = await all({ accountId });
  const cursor = chunk?.cursor ?? "";
  const others = [
    { accountId: crypto.randomUUID(), cursor },
    { accountId, cursor, tiers: [ACTIVE] },
    { accountId, cursor: `${cursor}x` },
  ];
  for (const asked of others) expect(await refusal(all(asked))).toMatchObject({ reason: "CURSOR_INVALID" });
});

test("who becomes active while the stream runs is not left out of it", async () => {
  const { accountId, of } = await star("moving", 90);
  const seen: string[] = [];
  for await (const { tier, followerIds } of stream({ accountId })) {
    if (tier === OCCASIONAL && seen.length === 30) await seenAt(mesh, of(2), new Date(mesh.clock.now().getTime() + 1));
    seen.push(...followerIds);
  }
  expect(new Set(seen).size).toBe(90);
});

test("who only asks to follow, or has ceased to, is not there", async () => {
  const { accountId, fans } = await star("former", 9);
  const { db } = mesh.deps<Deps>("social-graph");
  const [asking, gone, ...rest] = fans;
  await db.query(
    sql`update follower set state = 'PENDING' where followee_id = ${accountId} and follower_id = ${asking}`,
  );
  await db.query(sql`delete from follower where followee_id = ${accountId} and follower_id = ${gone}`);
  expect(idsOf(await all({ accountId })).toSorted()).toEqual(rest.toSorted());
});

test("a hundred thousand followers are never held all at once, and nobody reads on while the taker rests", async () => {
  const [accountId = ""] = await crowd(mesh, "huge", 1);
  const fans = await followersOf(mesh, accountId, 100_000);
  const db = mesh.deps<Deps>("social-graph").db as { query: Deps["db"]["query"] };
  const { query } = db;
  let pages = 0;
  db.query = async (statement) => {
    if (!statement.text.includes("from follower f")) return query(statement);
    pages++;
    const rows = await query<never>(statement);
    expect(rows.length).toBeLessThanOrEqual(4_000);
    return rows;
  };
  const seen = new Set<string>();
  for await (const { followerIds } of mesh
    .client(GraphService)
    .streamFollowerIds(create(StreamFollowerIdsRequestSchema, { accountId }))) {
    for (const id of followerIds) seen.add(id);
    // Two tiers have nobody; of the third nobody reads further than the page that is being taken, and the next.
    expect(pages - 2).toBeLessThanOrEqual(Math.ceil(seen.size / 4_000) + 1);
  }
  db.query = query;
  expect(seen.size).toBe(fans.length);
  expect(pages).toBeLessThanOrEqual(25 + 4);
});
