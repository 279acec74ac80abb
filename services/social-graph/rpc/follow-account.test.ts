import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FollowState } from "#gen/skein/graph/v1/follow_pb.ts";
import { AccountFollowedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { AccountRegisteredSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { countsAndRows } from "../testing/counts.ts";
import { announce, startGraphMesh } from "../testing/graph-mesh.ts";
import { eventsAs, eventsOf } from "../testing/log.ts";
import { crowd, settle } from "../testing/people.ts";
import { spentBy } from "../testing/spending.ts";
import { blockAccount } from "./block-account.ts";
import { followAccount } from "./follow-account.ts";
import { getRelationship } from "./get-relationship.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh({ GRAPH_MOST_FOLLOWS: "3" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);
const follow = (who: string, whom: string) => graph().followAccount({ accountId: whom }, as(who));

test("a follow is one edge, one event and one of each count, however often it is asked for and at once", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "once", 2);
  const answers = await Promise.all(Array.from({ length: 20 }, () => follow(ann, bob.toUpperCase())));
  expect(new Set(answers.map(({ follow: edge }) => `${edge?.accountId} ${edge?.state}`))).toEqual(
    new Set([`${bob} ${FollowState.ACTIVE}`]),
  );
  expect(await eventsOf(mesh, ann)).toEqual(["AccountFollowed"]);
  expect((await eventsAs(mesh, AccountFollowedSchema, ann))[0]).toMatchObject({ followeeId: bob, requested: false });
  expect(await countsAndRows(mesh, [ann, bob])).toEqual({ counted: ["0/1", "1/0"], there: ["0/1", "1/0"] });
  const { followedAt } = answers[0]?.follow ?? {};
  mesh.clock.advance(1_000);
  expect((await follow(ann, bob)).follow?.followedAt).toEqual(followedAt);
});

test("a locked account is asked, and once it is open the request becomes an edge by following again", async () => {
  const [ann, bob] = [await settle(mesh, "lock_ann"), await settle(mesh, "lock_bob", { locked: true })];
  expect((await follow(ann, bob)).follow?.state).toBe(FollowState.PENDING);
  expect((await follow(ann, bob)).follow?.state).toBe(FollowState.PENDING);
  expect(await countsAndRows(mesh, [ann, bob])).toEqual({ counted: ["0/0", "0/0"], there: ["0/0", "0/0"] });
  await graph().updateFollow({ accountId: bob, hideReposts: true }, as(ann));
  await graph().updatePrivacySettings({ locked: false }, as(bob));
  expect((await follow(ann, bob)).follow).toMatchObject({ state: FollowState.ACTIVE, hideReposts: true });
  expect((await follow(ann, bob)).follow).toMatchObject({ state: FollowState.ACTIVE, hideReposts: true });
  expect(await eventsOf(mesh, ann)).toEqual(["FollowRequested", "FollowChanged", "AccountFollowed"]);
  expect((await eventsAs(mesh, AccountFollowedSchema, ann))[0]).toMatchObject({ hideReposts: true, requested: false });
  expect(await countsAndRows(mesh, [ann, bob])).toEqual({ counted: ["0/1", "1/0"], there: ["0/1", "1/0"] });
});

test("nobody follows themselves, or whom they block, or more than they may", async () => {
  const [ann = "", ...others] = await crowd(mesh, "refused", 6);
  expect(await refusal(follow(ann, ann))).toMatchObject({ reason: "SELF_FOLLOW", code: Code.InvalidArgument });
  const [foe = "", ...rest] = others;
  await graph().blockAccount({ accountId: foe }, as(ann));
  expect(await refusal(follow(ann, foe))).toMatchObject({ reason: "BLOCKED_BY_YOU" });
  for (const one of rest.slice(0, 3)) await follow(ann, one);
  expect(await refusal(follow(ann, rest[3] ?? ""))).toMatchObject({ reason: "TOO_MANY_FOLLOWS" });
  expect((await follow(ann, rest[0] ?? "")).follow?.state).toBe(FollowState.ACTIVE); // there is nothing to add
  await graph().unfollowAccount({ accountId: rest[0] ?? "" }, as(ann));
  expect((await follow(ann, rest[3] ?? "")).follow?.state).toBe(FollowState.ACTIVE);
});

test("whoever blocks the caller, is hidden or never was, is the same answer for the same work", async () => {
  const ann = await settle(mesh, "same_ann");
  const foe = await settle(mesh, "same_foe");
  await graph().blockAccount({ accountId: ann }, as(foe));
  const gone = [
    await settle(mesh, "same_off", { deactivated: true }),
    await settle(mesh, "same_deleting", { deleting: true }),
    await settle(mesh, "same_suspended", { suspended: true }),
    mesh.deps<Deps>("social-graph").ids.next(),
  ];
  const acts = [
    (accountId: string) => graph().followAccount({ accountId }, as(ann)),
    (accountId: string) => graph().blockAccount({ accountId }, as(ann)),
    (accountId: string) => graph().muteAccount({ accountId }, as(ann)),
    (accountId: string) => graph().getRelationship({ accountId }, as(ann)),
    (accountId: string) => graph().listFollowers({ accountId }, as(ann)),
    (accountId: string) => graph().listFollowing({ accountId }, as(ann)),
    (accountId: string) => graph().listMutuals({ accountId }, as(ann)),
  ];
  for (const act of acts) {
    const answers = await Promise.all([foe, ...gone].map((id) => refusal(act(id))));
    for (const { code, reason, facts } of answers)
      expect({ code, reason, facts }).toEqual({ code: Code.NotFound, reason: "ACCOUNT_NOT_FOUND", facts: {} });
  }
  const { method } = GraphService;
  const work = async (accountId: string) => [
    await spentBy(mesh, { method: method.followAccount, handler: followAccount, caller: ann }, { accountId }),
    await spentBy(mesh, { method: method.blockAccount, handler: blockAccount, caller: ann }, { accountId }),
    await spentBy(mesh, { method: method.getRelationship, handler: getRelationship, caller: ann }, { accountId }),
  ];
  const [first, ...rest] = await Promise.all([foe, ...gone].map(work));
  expect(first?.map(({ spent }) => spent.sql)).toEqual([2, 3, 3]);
  for (const other of rest) expect(other.map(({ spent }) => spent)).toEqual(first?.map(({ spent }) => spent));
  expect(await eventsOf(mesh, ann)).toEqual([]);
});

test("an account that registered a moment ago can be followed at once", async () => {
  const ann = await settle(mesh, "eager_ann");
  const accountId = mesh.deps<Deps>("social-graph").ids.next();
  await announce(mesh, "identity", AccountRegisteredSchema, {
    accountId,
    profile: { accountId, handle: "eager_new", version: 1n },
  });
  expect((await follow(ann, accountId)).follow?.state).toBe(FollowState.ACTIVE);
});
