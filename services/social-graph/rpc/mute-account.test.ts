import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Relation_MuteScope as MuteScope } from "#gen/skein/common/v1/visibility_pb.ts";
import { AccountMutedSchema, AccountUnmutedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { eventsAs, eventsOf } from "../testing/log.ts";
import { crowd } from "../testing/people.ts";

const { HOME, NOTIFICATIONS, REPOSTS } = MuteScope;

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh({ GRAPH_MOST_BLOCKS: "3" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);
const inMs = (ms: number) => timestampFromDate(new Date(mesh.clock.now().getTime() + ms));
const mutesOf = async (who: string) => (await graph().listMutes({}, as(who))).mutes;

test("a mute is there at once with its scopes, is replaced by another, and says nothing when it is just so", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "mute", 2);
  await graph().muteAccount({ accountId: bob }, as(ann));
  await graph().muteAccount({ accountId: bob, scopes: [NOTIFICATIONS, HOME] }, as(ann));
  const [first] = await mutesOf(ann);
  expect(first).toMatchObject({ accountId: bob, scopes: [HOME, NOTIFICATIONS], profile: { handle: "mute_1" } });
  expect(first?.expiresAt).toBeUndefined();
  mesh.clock.advance(1_000);
  const expiresAt = inMs(60_000);
  await graph().muteAccount({ accountId: bob, scopes: [REPOSTS], expiresAt }, as(ann));
  const [second] = await mutesOf(ann);
  expect(second).toMatchObject({ scopes: [REPOSTS], mutedAt: first?.mutedAt }); // it keeps its place in the list
  expect(timestampDate(second?.expiresAt as never)).toEqual(timestampDate(expiresAt));
  expect(await eventsAs(mesh, AccountMutedSchema, ann)).toMatchObject([
    { mutedId: bob, scopes: [HOME, NOTIFICATIONS] },
    { mutedId: bob, scopes: [REPOSTS], mutedAt: first?.mutedAt },
  ]);
  await graph().unmuteAccount({ accountId: bob }, as(ann));
  await graph().unmuteAccount({ accountId: bob }, as(ann));
  expect(await mutesOf(ann)).toEqual([]);
  expect(await eventsOf(mesh, ann)).toEqual(["AccountMuted", "AccountMuted", "AccountUnmuted"]);
  expect(await eventsOf(mesh, bob)).toEqual([]);
});

test("an expired mute has no effect from that moment on, and the job says so once", async () => {
  const [ann = "", bob = "", cyd = ""] = await crowd(mesh, "expiry", 3);
  await graph().muteAccount({ accountId: bob, expiresAt: inMs(30_000) }, as(ann));
  await graph().muteAccount({ accountId: cyd, expiresAt: inMs(90_000) }, as(ann));
  mesh.clock.advance(30_001);
  expect((await mutesOf(ann)).map(({ accountId }) => accountId)).toEqual([cyd]);
  while (!(await mesh.runJob("social-graph", "expire-mutes"))); // somebody else's turn: wait until it is over
  expect(await eventsAs(mesh, AccountUnmutedSchema, ann)).toMatchObject([{ mutedId: bob, expired: true }]);
  const { db } = mesh.deps<Deps>("social-graph");
  expect(await db.query(sql`select muted_id from mute where muter_id = ${ann}`)).toEqual([{ muted_id: cyd }]);
});

test("a mute anew after one has expired is a new one", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "anew", 2);
  await graph().muteAccount({ accountId: bob, expiresAt: inMs(10) }, as(ann));
  const [before] = await eventsAs(mesh, AccountMutedSchema, ann);
  mesh.clock.advance(20);
  await graph().muteAccount({ accountId: bob }, as(ann));
  const [after] = await mutesOf(ann);
  expect(timestampDate(after?.mutedAt as never) > timestampDate(before?.mutedAt as never)).toBe(true);
});

test("nobody mutes themselves, until a moment that is past, or more than they may", async () => {
  const [ann = "", ...others] = await crowd(mesh, "most", 5);
  expect((await refusal(graph().muteAccount({ accountId: ann }, as(ann)))).reason).toBe("SELF_MUTE");
  const past = graph().muteAccount({ accountId: others[0] ?? "", expiresAt: inMs(-1) }, as(ann));
  expect((await refusal(past)).reason).toBe("EXPIRY_PAST");
  for (const accountId of others.slice(0, 3)) await graph().muteAccount({ accountId }, as(ann));
  expect((await refusal(graph().muteAccount({ accountId: others[3] ?? "" }, as(ann)))).reason).toBe("TOO_MANY_MUTES");
  await graph().muteAccount({ accountId: others[0] ?? "", scopes: [REPOSTS] }, as(ann)); // one that is there may change
  expect((await mutesOf(ann)).at(-1)).toMatchObject({ accountId: others[0], scopes: [REPOSTS] });
});
