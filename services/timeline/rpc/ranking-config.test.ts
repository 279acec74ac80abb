import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { ProjectionAdminService } from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import { RankingConfigChangedSchema } from "#gen/skein/timeline/v1/timeline_events_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { createRankingBook } from "../scoring/ranking-book.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const admin = () => mesh.client(ProjectionAdminService);
const operator = () => as(mesh.timeline.ids.next(), { roles: [Role.ADMIN] });
const held = async () => (await admin().getRankingConfig({}, operator())).config;

test("weights begin as they are written in the house, and change under the next version, announced", async () => {
  const first = { version: 1n, likes: 1, replies: 2.5, shares: 3, gravity: 1.8, offsetHours: 2, rerankTop: 20 };
  expect(await held()).toMatchObject(first);
  const { config } = await admin().updateRankingConfig({ config: { likes: 2, version: 77n } }, operator());
  expect(config).toMatchObject({ ...first, version: 2n, likes: 2 });
  await admin().updateRankingConfig(
    { config: { shares: 9 }, updateMask: { paths: ["rerank_top", "replies"] } },
    operator(),
  );
  const last = { ...first, version: 3n, likes: 2, replies: 0, rerankTop: 0 };
  expect(await held()).toMatchObject(last);
  expect(mesh.timeline.ranking.now).toMatchObject(last);
  const logged = await mesh.timeline.db.query(
    sql`select 1 from log where type = ${RankingConfigChangedSchema.typeName}`,
  );
  expect(logged).toHaveLength(2);
});

test("former versions can be had for pages that were begun with them, others never were", async () => {
  const { ranking } = mesh.timeline;
  await admin().updateRankingConfig({ config: { gravity: 1.5 } }, operator());
  expect(await ranking.at(1n)).toMatchObject({ version: 1n, likes: 1, gravity: 1.8 });
  expect(await ranking.at(ranking.now.version)).toMatchObject({ gravity: 1.5 });
  expect(await ranking.at(4_000n)).toBeUndefined();
});

test("changes at once come one after the other, each upon what was before it", async () => {
  const before = (await held())?.version ?? 0n;
  await Promise.all([
    admin().updateRankingConfig({ config: { likes: 7 } }, operator()),
    admin().updateRankingConfig({ config: { replies: 8 } }, operator()),
    admin().updateRankingConfig({ config: { shares: 9 } }, operator()),
  ]);
  expect(await held()).toMatchObject({ version: before + 3n, likes: 7, replies: 8, shares: 9 });
});

test("a replica that did not make the change knows it within seconds, without being asked", async () => {
  await using scope = new AsyncDisposableStack();
  const other = await createRankingBook(mesh.timeline, scope);
  await admin().updateRankingConfig({ config: { likes: 42 } }, operator());
  await expect.poll(() => other.now.likes, { timeout: 15_000 }).toBe(42);
});

test.each([
  [
    "who is no administrator",
    { config: { likes: 2 } },
    as("0193aaaa-0000-7000-8000-000000000001"),
    Code.PermissionDenied,
  ],
  ["an unknown field", { config: {}, updateMask: { paths: ["weight"] } }, undefined, Code.InvalidArgument],
  ["a field of the service", { config: {}, updateMask: { paths: ["version"] } }, undefined, Code.InvalidArgument],
  ["no offset", { config: {}, updateMask: { paths: ["offset_hours"] } }, undefined, Code.InvalidArgument],
  ["a weight beyond its bounds", { config: { likes: -1 } }, undefined, Code.InvalidArgument],
])("%s is refused", async (_, request, caller, code) => {
  const before = await held();
  expect((await refusal(admin().updateRankingConfig(request, caller ?? operator()))).code).toBe(code);
  expect(await held()).toEqual(before);
});
