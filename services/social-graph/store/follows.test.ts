import { afterAll, beforeAll, expect, test } from "vitest";
import { sql } from "#mesh/store/sql.ts";
import type { TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { countsAndRows } from "../testing/counts.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { eventsOf } from "../testing/log.ts";
import { crowd, settle } from "../testing/people.ts";
import { addBlocks } from "./add-blocks.ts";
import { addFollows } from "./add-follows.ts";
import { addMutes } from "./add-mutes.ts";
import { allowanceOf } from "./allowance.ts";
import { addFollow } from "./follows.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const db = () => mesh.deps<Deps>("social-graph").db;
const block = (blocker: string, blocked: string) =>
  db().query(
    sql`insert into block (blocker_id, blocked_id, shard, blocked_at) values (${blocker}, ${blocked}, 0, now())`,
  );
const follow = (followerId: string, followeeId: string, more: { locked?: boolean; most?: number } = {}) =>
  addFollow(db(), undefined, { followerId, followeeId, locked: false, at: mesh.clock.now(), most: 10, ...more });
const PLAIN = { hideReposts: false, notifyOnPost: false, hideFromHome: false };

test("the statement that adds a follow looks itself for a block, a lock and the limit, and then leaves no trace", async () => {
  const [ann = "", bob = "", cyd = "", dan = "", eve = ""] = await crowd(mesh, "statement", 5);
  const shy = await settle(mesh, "statement_shy", { locked: true });
  await block(bob, ann);
  await block(ann, cyd);
  expect(await follow(ann, bob)).toBe(false);
  expect(await follow(ann, cyd)).toBe(false);
  expect(await follow(ann, shy)).toBe(false);
  expect(await follow(ann, dan, { locked: true })).toBe(false);
  expect(await eventsOf(mesh, ann)).toEqual([]);
  expect(await follow(ann, dan, { most: 1 })).toBe(true);
  expect(await follow(ann, dan)).toBe(false);
  expect(await follow(ann, eve, { most: 1 })).toBe(false);
  expect(await eventsOf(mesh, ann)).toEqual(["AccountFollowed"]);
  expect(await countsAndRows(mesh, [ann, dan])).toEqual({ counted: ["0/1", "1/0"], there: ["0/1", "1/0"] });
});

test("many follows at once are what each would have been alone", async () => {
  const [ann = "", bob = "", foe = "", own = "", there = ""] = await crowd(mesh, "many", 5);
  const shy = await settle(mesh, "many_shy", { locked: true });
  await block(foe, ann);
  await block(ann, own);
  await follow(ann, there);
  const wishes = [bob, foe, own, there, shy].map((followeeId) => ({ followeeId, ...PLAIN, notifyOnPost: true }));
  const done = await db().commit(undefined, (tx) => addFollows(tx, ann, wishes, mesh.clock.now()));
  expect([...done].sort()).toEqual(
    [
      [bob, "ACTIVE"],
      [shy, "PENDING"],
    ].sort(),
  );
  expect((await eventsOf(mesh, ann)).sort()).toEqual(["AccountFollowed", "AccountFollowed", "FollowRequested"]);
  expect(await countsAndRows(mesh, [ann, bob, shy])).toEqual({
    counted: ["0/2", "1/0", "0/0"],
    there: ["0/2", "1/0", "0/0"],
  });
});

test("many blocks at once end what each would have ended alone", async () => {
  const [ann = "", bob = "", cyd = "", dan = ""] = await crowd(mesh, "blocks", 4);
  await follow(ann, bob);
  await db().query(sql`with l as (insert into list (owner_id, id, shard, title, created_at, changed_at)
      values (${ann}, ${bob}, 0, 'x', now(), now()))
    insert into list_member (owner_id, list_id, account_id, shard, added_at) values (${ann}, ${bob}, ${cyd}, 0, now())`);
  await block(ann, dan);
  const wishes = [bob, cyd, dan].map((blockedId) => ({ blockedId }));
  const done = await db().commit(undefined, (tx) => addBlocks(tx, ann, wishes, mesh.clock.now()));
  expect([...done].sort()).toEqual([bob, cyd].sort());
  expect((await eventsOf(mesh, ann)).sort()).toEqual([
    "AccountBlocked",
    "AccountBlocked",
    "AccountFollowed",
    "AccountUnfollowed",
    "ListChanged",
  ]);
  expect(await countsAndRows(mesh, [ann, bob])).toEqual({ counted: ["0/0", "0/0"], there: ["0/0", "0/0"] });
  expect(await db().query(sql`select 1 from list_member where owner_id = ${ann}`)).toEqual([]);
});

test("many mutes at once leave those alone that are there, and replace those that have expired", async () => {
  const [ann = "", bob = "", cyd = "", dan = ""] = await crowd(mesh, "mutes", 4);
  const now = mesh.clock.now();
  const soon = new Date(now.getTime() + 1_000);
  const add = (ids: string[], at: Date, expiresAt: Date | undefined) =>
    db().commit(undefined, (tx) =>
      addMutes(
        tx,
        ann,
        ids.map((mutedId) => ({ mutedId, scopes: ["HOME", "REPOSTS"] as const, expiresAt })),
        at,
      ),
    );
  expect((await add([bob, cyd], now, soon)).size).toBe(2);
  expect((await add([cyd], now, undefined)).size).toBe(0);
  const later = new Date(now.getTime() + 2_000);
  expect([...(await add([bob, dan], later, undefined))].sort()).toEqual([bob, dan].sort());
  const rows = await db().query(sql`select muted_id, scopes, expires_at is null as forever from mute
    where muter_id = ${ann} order by muted_id`);
  expect(rows).toEqual(
    [bob, cyd, dan].map((muted_id) => ({ muted_id, scopes: ["HOME", "REPOSTS"], forever: muted_id !== cyd })),
  );
  const { mutes } = await allowanceOf(db().query, { mostFollows: 1, mostBlocks: 5 }, ann);
  expect(mutes).toBe(2);
});
