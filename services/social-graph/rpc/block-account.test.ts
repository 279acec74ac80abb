import { afterAll, beforeAll, expect, test } from "vitest";
import { AccountUnfollowedSchema, ListChangedSchema, UnfollowReason } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { addFollows } from "../store/add-follows.ts";
import { countsAndRows } from "../testing/counts.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { eventsAs, eventsOf } from "../testing/log.ts";
import { crowd, settle } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh({ GRAPH_MOST_BLOCKS: "2" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);
const follow = (who: string, whom: string) => graph().followAccount({ accountId: whom }, as(who));
const block = (who: string, whom: string) => graph().blockAccount({ accountId: whom }, as(who));
const between = async (who: string, whom: string) =>
  (await graph().getRelationship({ accountId: whom }, as(who))).relationship;
const db = () => mesh.deps<Deps>("social-graph").db;
/** Resolves when a statement like this one waits for a lock; consumers may wait for one as well. */
const waits = (statement: string) =>
  expect
    .poll(() =>
      db().query(sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
        and query like ${`%${statement}%`}`),
    )
    .toHaveLength(1);

test("a block hides both from each other at once, ends follows both ways, and stays ended when it is lifted", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "part", 2);
  await follow(ann, bob);
  await follow(bob, ann);
  await mesh.settle();
  await block(ann, bob);
  await block(ann, bob);
  // before any event was looked at
  expect((await between(ann, bob))?.relation).toMatchObject({ blocking: true, following: false, followedBy: false });
  expect((await refusal(between(bob, ann))).reason).toBe("ACCOUNT_NOT_FOUND");
  for (const [who, whom] of [
    [ann, bob],
    [bob, ann],
  ] as const) {
    const mine = await Promise.all([
      graph().listFollowers({ accountId: who }, as(who)),
      graph().listFollowing({ accountId: who }, as(who)),
      graph().listMutuals({ accountId: who }, as(who)),
    ]);
    expect(JSON.stringify(mine, (_, value) => (typeof value === "bigint" ? String(value) : value))).not.toContain(whom);
  }
  await mesh.settle();
  expect(await countsAndRows(mesh, [ann, bob])).toEqual({ counted: ["0/0", "0/0"], there: ["0/0", "0/0"] });
  expect(await eventsOf(mesh, ann)).toEqual(["AccountFollowed", "AccountBlocked", "AccountUnfollowed"]);
  expect(await eventsOf(mesh, bob)).toEqual(["AccountFollowed", "AccountUnfollowed"]);
  for (const who of [ann, bob])
    expect(await eventsAs(mesh, AccountUnfollowedSchema, who)).toMatchObject([{ reason: UnfollowReason.BLOCKED }]);
  expect(await db().query(sql`select 1 from follower where followee_id = any(${[ann, bob]}::uuid[])`)).toEqual([]);

  await graph().unblockAccount({ accountId: bob }, as(ann));
  await graph().unblockAccount({ accountId: bob }, as(ann));
  expect((await eventsOf(mesh, ann)).filter((name) => name === "AccountUnblocked")).toHaveLength(1);
  expect((await between(bob, ann))?.relation).toMatchObject({ blockedBy: false, following: false, followedBy: false });
});

test("a block waits for the edge and the places on lists that it ends before it takes its place in the log", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "order", 2);
  await follow(ann, bob);
  const { list } = await mesh.client(ListService).createList({ title: "near" }, as(ann));
  const listId = list?.listId ?? "";
  await mesh.client(ListService).addListMember({ listId, accountId: bob }, as(ann));
  const held = {
    edge: sql`select 1 from follow where follower_id = ${ann} for update`,
    place: sql`select 1 from list_member where list_id = ${listId} for update`,
  };
  for (const ended of Object.values(held)) {
    await mesh.settle(); // so that nobody else has that head
    const [holds, ends] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const severing = db().commit(undefined, async (tx) => {
      expect(await tx.query(ended)).toHaveLength(1);
      holds.resolve();
      await ends.promise;
      // What ends edges on behalf of the log holds them and now wants the head: if the block had it, both would wait.
      await tx.query(sql`select 1 from log_head where partition = ${partitionOf(ann)} for update nowait`);
    });
    await holds.promise;
    const blocking = block(ann, bob);
    await waits("insert into block");
    ends.resolve();
    await Promise.all([severing, blocking]);
    await graph().unblockAccount({ accountId: bob }, as(ann));
    await follow(ann, bob);
    await mesh.client(ListService).addListMember({ listId, accountId: bob }, as(ann));
  }
});

test("requests end with the block as edges do, whoever asked", async () => {
  const ann = await settle(mesh, "ask_ann", { locked: true });
  const bob = await settle(mesh, "ask_bob", { locked: true });
  await follow(ann, bob);
  await follow(bob, ann);
  await mesh.settle();
  await block(ann, bob);
  expect((await graph().listFollowRequests({}, as(ann))).requests).toEqual([]);
  expect((await refusal(graph().acceptFollowRequest({ accountId: bob }, as(ann)))).reason).toBe("REQUEST_NOT_FOUND");
  expect((await refusal(graph().acceptFollowRequest({ accountId: ann }, as(bob)))).reason).toBe("REQUEST_NOT_FOUND");
  await mesh.settle();
  expect(
    await db().query(sql`select 1 from follow where follower_id = any(${[ann, bob]}::uuid[])
      union all select 1 from follower where follower_id = any(${[ann, bob]}::uuid[])`),
  ).toEqual([]);
  expect(await eventsAs(mesh, AccountUnfollowedSchema, bob)).toMatchObject([{ pending: true }]);
});

test("whom one blocks leaves one's lists with the block, and says so", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "listed", 2);
  const lists = mesh.client(ListService);
  const made = await Promise.all(["one", "two", "three"].map((title) => lists.createList({ title }, as(ann))));
  const ids = made.map(({ list }) => list?.listId ?? "");
  for (const listId of ids.slice(0, 2)) await lists.addListMember({ listId, accountId: bob }, as(ann));
  await block(ann, bob);
  expect(await db().query(sql`select 1 from list_member where account_id = ${bob}`)).toEqual([]);
  const changes = (await eventsAs(mesh, ListChangedSchema, ann)).filter(
    ({ change }) => change.case === "memberRemoved",
  );
  expect(changes.map(({ listId }) => listId).sort()).toEqual(ids.slice(0, 2).sort());
});

test("a follow that did not see the block ends too, whoever follows, and though by its clock it came later", async () => {
  const plain = { hideReposts: false, notifyOnPost: false, hideFromHome: false };
  const at = new Date(mesh.clock.now().getTime() + 1_000);
  for (const whoFollows of ["blocker", "blocked"] as const) {
    const [blocker = "", blocked = ""] = await crowd(mesh, `race_${whoFollows}`, 2);
    const [follower, followeeId] = whoFollows === "blocker" ? [blocker, blocked] : [blocked, blocker];
    // What two statements leave that began before either was committed.
    await db().commit(undefined, async (tx) => {
      await addFollows(tx, follower, [{ followeeId, ...plain }], at);
      await tx.query(
        sql`insert into block (blocker_id, blocked_id, shard, blocked_at) values (${blocker}, ${blocked}, 0, now())`,
      );
    });
    await mesh.settle();
    expect(await db().query(sql`select 1 from follow where follower_id = ${follower}`)).toEqual([]);
    expect(await countsAndRows(mesh, [follower, followeeId])).toEqual({
      counted: ["0/0", "0/0"],
      there: ["0/0", "0/0"],
    });
  }
});

test("a block that is lifted at once has ended what was older, and lets be what came after", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "lifted", 2);
  await follow(bob, ann);
  await follow(ann, bob);
  await mesh.settle();
  mesh.clock.advance(10);
  await block(ann, bob);
  await graph().unblockAccount({ accountId: bob }, as(ann));
  mesh.clock.advance(10);
  await follow(ann, bob);
  await mesh.settle();
  const left = await db().query(sql`select follower_id from follow where follower_id = any(${[ann, bob]}::uuid[])`);
  expect(left).toEqual([{ follower_id: ann }]);
});

test("whose block was there and is lifted while it is added blocks after all, and is not told that these are too many", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "lift", 2);
  const [holds, ends] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const adding = db().commit(undefined, async (tx) => {
    await tx.query(
      sql`insert into block (blocker_id, blocked_id, shard, blocked_at) values (${ann}, ${bob}, 0, now())`,
    );
    holds.resolve();
    await ends.promise;
  });
  await holds.promise;
  const blocking = block(ann, bob);
  await waits("insert into block");
  const lifting = db().commit(undefined, async (tx) => {
    await tx.query(sql`lock table block in access exclusive mode`); // nobody looks in between
    await tx.query(sql`delete from block where blocker_id = ${ann}`);
  });
  await waits("lock table block");
  ends.resolve();
  await Promise.all([adding, lifting, blocking]);
  expect((await between(ann, bob))?.relation?.blocking).toBe(true);
});

test("nobody blocks themselves, or more than they may", async () => {
  const [ann = "", ...others] = await crowd(mesh, "many", 4);
  expect((await refusal(block(ann, ann))).reason).toBe("SELF_BLOCK");
  await block(ann, others[0] ?? "");
  await block(ann, others[1] ?? "");
  await block(ann, others[1] ?? "");
  expect((await refusal(block(ann, others[2] ?? ""))).reason).toBe("TOO_MANY_BLOCKS");
  expect((await graph().listBlocks({}, as(ann))).blocks.map(({ accountId }) => accountId)).toHaveLength(2);
});

test("one's own blocks show whom one blocks also if they block back, or are gone, and do not say so", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "mutual", 2);
  await block(ann, bob);
  await db().query(
    sql`insert into block (blocker_id, blocked_id, shard, blocked_at) values (${bob}, ${ann}, 0, now())`,
  );
  await block(ann, bob);
  const { blocks } = await graph().listBlocks({}, as(ann));
  expect(blocks).toMatchObject([{ accountId: bob, profile: { handle: "mutual_1" } }]);
  expect((await between(ann, bob))?.relation).toMatchObject({ blocking: true, blockedBy: false });
  await db().query(sql`update account set deactivated = true where id = ${bob}`);
  const hidden = (await graph().listBlocks({}, as(ann))).blocks;
  expect(hidden.map(({ accountId, profile }) => [accountId, profile])).toEqual([[bob, undefined]]);
});
