import { afterAll, beforeAll, expect, test } from "vitest";
import { AccountFollowedSchema, AccountUnfollowedSchema, UnfollowReason } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { AccountReinstatedSchema, AccountSuspendedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import { countsAndRows } from "../testing/counts.ts";
import { announce, startGraphMesh } from "../testing/graph-mesh.ts";
import { eventsAs, eventsOf } from "../testing/log.ts";
import { crowd, settle } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);
const follow = (who: string, whom: string) => graph().followAccount({ accountId: whom }, as(who));
const counts = async (...ids: string[]) => {
  const { counted, there } = await countsAndRows(mesh, ids);
  expect(counted).toEqual(there);
  return counted;
};

test("an accepted request is an edge with what its owner had set of it; accepting again changes nothing", async () => {
  const [ann, bob] = [await settle(mesh, "acc_ann", { locked: true }), await settle(mesh, "acc_bob")];
  expect((await refusal(graph().acceptFollowRequest({ accountId: bob }, as(ann)))).reason).toBe("REQUEST_NOT_FOUND");
  await follow(bob, ann);
  await graph().updateFollow({ accountId: ann, notifyOnPost: true }, as(bob));
  await Promise.all(Array.from({ length: 5 }, () => graph().acceptFollowRequest({ accountId: bob }, as(ann))));
  expect(await eventsOf(mesh, bob)).toEqual(["FollowRequested", "FollowChanged", "FollowAccepted", "AccountFollowed"]);
  expect(await eventsAs(mesh, AccountFollowedSchema, bob)).toMatchObject([{ requested: true, notifyOnPost: true }]);
  expect(await counts(ann, bob)).toEqual(["1/0", "0/1"]);
});

test("whoever is hidden asks nothing, and is not accepted until they come back", async () => {
  const [ann, bob] = [await settle(mesh, "hid_ann", { locked: true }), await settle(mesh, "hid_bob")];
  await follow(bob, ann);
  await announce(mesh, "identity", AccountSuspendedSchema, { accountId: bob, version: 2n });
  await mesh.settle();
  expect((await refusal(graph().acceptFollowRequest({ accountId: bob }, as(ann)))).reason).toBe("REQUEST_NOT_FOUND");
  const profile = { accountId: bob, handle: "hid_bob", version: 3n };
  await announce(mesh, "identity", AccountReinstatedSchema, { accountId: bob, profile });
  await mesh.settle();
  await graph().acceptFollowRequest({ accountId: bob }, as(ann));
  expect(await counts(ann, bob)).toEqual(["1/0", "0/1"]);
});

test("a rejected request is gone and may be made again; its sender hears of neither", async () => {
  const [ann, bob] = [await settle(mesh, "rej_ann", { locked: true }), await settle(mesh, "rej_bob")];
  await follow(bob, ann);
  for (let n = 0; n < 2; n++) await graph().rejectFollowRequest({ accountId: bob }, as(ann));
  expect((await refusal(graph().acceptFollowRequest({ accountId: bob }, as(ann)))).reason).toBe("REQUEST_NOT_FOUND");
  await follow(bob, ann);
  await graph().unfollowAccount({ accountId: ann }, as(bob));
  expect(await eventsOf(mesh, bob)).toEqual([
    ...["FollowRequested", "FollowRejected", "FollowRequested", "AccountUnfollowed"],
  ]);
  expect(await eventsAs(mesh, AccountUnfollowedSchema, bob)).toMatchObject([{ pending: true }]);
  await graph().rejectFollowRequest({ accountId: ann }, as(bob)); // an edge is not rejected
  expect(await counts(ann, bob)).toEqual(["0/0", "0/0"]);
});

test("an edge ends once, by whoever ends it, and the reason says who", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "end", 2);
  await follow(ann, bob);
  await Promise.all(Array.from({ length: 8 }, () => graph().unfollowAccount({ accountId: bob }, as(ann))));
  await follow(ann, bob);
  await Promise.all(Array.from({ length: 8 }, () => graph().removeFollower({ accountId: ann }, as(bob))));
  expect(await eventsAs(mesh, AccountUnfollowedSchema, ann)).toMatchObject([
    { reason: UnfollowReason.UNFOLLOWED, pending: false },
    { reason: UnfollowReason.REMOVED, pending: false },
  ]);
  expect(await counts(ann, bob)).toEqual(["0/0", "0/0"]);
});

test("a request that is withdrawn while it is accepted is gone, whichever came first", async () => {
  const ann = await settle(mesh, "both_ann", { locked: true });
  const others = await crowd(mesh, "both", 20);
  for (const one of others) await follow(one, ann);
  await Promise.allSettled(
    others.flatMap((one) => [
      graph().acceptFollowRequest({ accountId: one }, as(ann)),
      graph().unfollowAccount({ accountId: ann }, as(one)),
    ]),
  );
  expect(await counts(ann, ...others)).toEqual(["0/0", ...others.map(() => "0/0")]);
});

test("what a follow says is changed by itself; of changes at once none is lost; without a follow there is nothing", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "flags", 2);
  const update = (change: object) => graph().updateFollow({ accountId: bob, ...change }, as(ann));
  expect((await refusal(update({ hideReposts: true }))).reason).toBe("NOT_FOLLOWING");
  await follow(ann, bob);
  await Promise.all([update({ hideReposts: true }), update({ notifyOnPost: true })]);
  const flags = { hideReposts: true, notifyOnPost: true, hideFromHome: false };
  expect((await update({ hideReposts: true })).follow).toMatchObject(flags);
  expect((await eventsOf(mesh, ann)).filter((name) => name === "FollowChanged")).toHaveLength(2);
  await graph().blockAccount({ accountId: ann }, as(bob));
  expect((await refusal(update({ hideReposts: false }))).reason).toBe("NOT_FOLLOWING");
});
