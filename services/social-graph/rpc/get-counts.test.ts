import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { findDrift } from "../store/reconcile.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { crowd, settle } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);
const follow = (who: string, accountId: string) => graph().followAccount({ accountId }, as(who));
const unfollow = (who: string, accountId: string) => graph().unfollowAccount({ accountId }, as(who));
const fold = () => mesh.runJob("social-graph", "fold-counts");
const told = async (accountId: string, viewer?: string) => {
  const { counts } = await graph().getCounts({ accountId }, viewer ? as(viewer) : {});
  return `${counts?.followers}/${counts?.following}`;
};

test("counts are exact before, while and after deltas are folded, and for everybody at once", async () => {
  const [ann = "", bob = "", cid = ""] = await crowd(mesh, "exact", 3);
  expect(await told(bob)).toBe("0/0");
  await follow(ann, bob);
  expect([await told(ann), await told(bob, ann)]).toEqual(["0/1", "1/0"]);
  await fold();
  await follow(cid, bob.toUpperCase());
  expect([await told(ann), await told(bob), await told(cid)]).toEqual(["0/1", "2/0", "0/1"]);
  await unfollow(ann, bob);
  expect([await told(ann, cid), await told(bob, cid)]).toEqual(["0/0", "1/0"]);
  await fold();
  await fold();
  expect([await told(ann), await told(bob), await told(cid)]).toEqual(["0/0", "1/0", "0/1"]);
});

test("of hidden accounts, and of those that block the caller, not even numbers are told", async () => {
  const [ann = "", foe = ""] = await crowd(mesh, "hidden", 2);
  const off = await settle(mesh, "hidden_off", { deactivated: true });
  const suspended = await settle(mesh, "hidden_suspended", { suspended: true });
  await graph().blockAccount({ accountId: ann }, as(foe));
  for (const accountId of [foe, off, suspended, mesh.deps<Deps>("social-graph").ids.next()]) {
    const { code, reason } = await refusal(graph().getCounts({ accountId }, as(ann)));
    expect([code, reason]).toEqual([Code.NotFound, "ACCOUNT_NOT_FOUND"]);
  }
  const asked = [foe, ann, off, ann, suspended];
  const { counts } = await graph().batchGetCounts({ accountIds: asked }, as(ann));
  expect(counts.map(({ accountId }) => accountId)).toEqual([ann, ann]);
  expect((await graph().batchGetCounts({ accountIds: asked })).counts.map(({ accountId }) => accountId)).toEqual([
    ...[foe, ann, ann],
  ]);
  expect(await told(off, off)).toBe("0/0");
});

test("a locked account tells how many follow it, though not who; requests do not count", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "locked", 2);
  const shy = await settle(mesh, "locked_shy", { locked: true });
  await follow(ann, shy);
  await follow(bob, shy);
  await graph().acceptFollowRequest({ accountId: bob }, as(shy));
  expect([await told(shy, ann), await told(ann), await told(bob)]).toEqual(["1/0", "0/0", "0/1"]);
});

test("a thousand follows and unfollows, a hundred at once, folded and recounted meanwhile, leave counters that are the rows", async () => {
  const { db, chance } = mesh.deps<Deps>("social-graph");
  const people = await crowd(mesh, "storm", 24);
  const any = () => people[chance.below(people.length)] ?? "";
  let drifts = 0;
  let looks = 0;
  let over = false;
  const look = async () => {
    drifts += (await findDrift(db.query, people)).length;
    looks++;
  };
  // Work may be refused in the crush; the look behind it goes to the database, and ends the loop with it.
  const meanwhile = async (work: () => Promise<unknown>) => {
    while (!over) {
      await work().catch(() => undefined);
      await look();
    }
  };
  const others = [
    meanwhile(fold),
    meanwhile(() => graph().reconcileCounters({ accountIds: people }, as(any(), { roles: [Role.ADMIN] }))),
  ];
  const act = () => {
    const [who, whom] = [any(), any()];
    return chance.below(3) === 0 ? unfollow(who, whom) : follow(who, whom);
  };
  // Some follow themselves, and some are refused in the crush: whatever did not happen counts nothing.
  let done = 0;
  for (let wave = 0; wave < 10; wave++) {
    const acts = await Promise.allSettled(Array.from({ length: 100 }, act));
    done += acts.filter(({ status }) => status === "fulfilled").length;
  }
  over = true;
  await Promise.all(others);
  expect(done).toBeGreaterThan(400);
  expect(looks).toBeGreaterThan(3);
  expect(drifts).toBe(0);
  await fold();
  expect(await findDrift(db.query, people)).toEqual([]);
  const sums = await graph().batchGetCounts({ accountIds: people });
  const [followers, following] = [0n, 0n].map((zero, at) =>
    sums.counts.reduce((sum, one) => sum + (at === 0 ? one.followers : one.following), zero),
  );
  expect(followers).toBe(following);
  expect(followers).toBeGreaterThan(50n);
});
