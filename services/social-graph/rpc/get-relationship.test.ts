import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Relation_MuteScope as MuteScope } from "#gen/skein/common/v1/visibility_pb.ts";
import { FollowState } from "#gen/skein/graph/v1/follow_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { crowd, settle } from "../testing/people.ts";
import { spentBy } from "../testing/spending.ts";
import { batchGetRelationships } from "./batch-get-relationships.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);
const between = async (who: string, whom: string) =>
  (await graph().getRelationship({ accountId: whom }, as(who))).relationship;

test("a relationship tells follow, request, mute and lists both ways", async () => {
  const ann = await settle(mesh, "rel_ann", { locked: true });
  const bob = await settle(mesh, "rel_bob");
  const expiresAt = timestampFromDate(new Date(mesh.clock.now().getTime() + 60_000));
  await graph().followAccount({ accountId: bob }, as(ann));
  await graph().updateFollow({ accountId: bob, hideFromHome: true, notifyOnPost: true }, as(ann));
  await graph().followAccount({ accountId: ann }, as(bob));
  await graph().muteAccount({ accountId: bob, scopes: [MuteScope.REPOSTS], expiresAt }, as(ann));
  const { list } = await mesh.client(ListService).createList({ title: "near", exclusive: true }, as(ann));
  await mesh.client(ListService).addListMember({ listId: list?.listId ?? "", accountId: bob }, as(ann));

  const mine = await between(ann, bob.toUpperCase());
  expect(mine).toMatchObject({
    accountId: bob,
    relation: { following: true, followedBy: false, hiddenFromHome: true, muted: [MuteScope.REPOSTS], locked: false },
    follow: { state: FollowState.ACTIVE, notifyOnPost: true, hideReposts: false },
    requestedBy: true,
    lists: [{ listId: list?.listId, title: "near", exclusive: true, hideReposts: false }],
  });
  expect(timestampDate(mine?.muteExpiresAt as never).getTime()).toBe(timestampDate(expiresAt).getTime());
  const theirs = await between(bob, ann);
  expect(theirs).toMatchObject({
    relation: { following: false, followedBy: true, locked: true, muted: [] },
    follow: { state: FollowState.PENDING },
    requestedBy: false,
    lists: [],
  });
  mesh.clock.advance(60_001);
  expect((await between(ann, bob))?.relation?.muted).toEqual([]);
  expect((await between(ann, bob))?.muteExpiresAt).toBeUndefined();
  expect((await between(ann, ann))?.relation?.self).toBe(true);
});

test("many come in the order asked, twice if asked twice, without those who are not there, in two statements", async () => {
  const [ann = "", bob = "", cyd = "", foe = ""] = await crowd(mesh, "batch", 4);
  const off = await settle(mesh, "batch_off", { deactivated: true });
  await graph().followAccount({ accountId: cyd }, as(ann));
  await graph().blockAccount({ accountId: ann }, as(foe));
  await graph().blockAccount({ accountId: bob }, as(ann));
  const unknown = mesh.deps<Deps>("social-graph").ids.next();
  const accountIds = [cyd, foe, bob, unknown, off, cyd.toUpperCase()];
  const { relationships } = await graph().batchGetRelationships({ accountIds }, as(ann));
  expect(relationships.map(({ accountId }) => accountId)).toEqual([cyd, bob, cyd]);
  expect(relationships.map(({ relation }) => [relation?.following, relation?.blocking])).toEqual([
    [true, false],
    [false, true],
    [true, false],
  ]);
  const call = { method: GraphService.method.batchGetRelationships, handler: batchGetRelationships, caller: ann };
  expect((await spentBy(mesh, call, { accountIds })).spent).toEqual({ sql: 2, redis: 0, rpc: 0 });
  expect((await graph().batchGetRelationships({ accountIds: [] }, as(ann))).relationships).toEqual([]);
});
