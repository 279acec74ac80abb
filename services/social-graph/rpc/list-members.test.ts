import { afterAll, beforeAll, expect, test } from "vitest";
import { ListChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { unlistParted } from "../store/list-members.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { eventsAs } from "../testing/log.ts";
import { crowd, settle } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh({ GRAPH_MOST_LIST_MEMBERS: "5" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);
const lists = () => mesh.client(ListService);
const db = () => mesh.deps<Deps>("social-graph").db;
const listOf = async (owner: string, ...members: string[]) => {
  const listId = (await lists().createList({ title: "Some" }, as(owner))).list?.listId ?? "";
  for (const accountId of members) {
    await lists().addListMember({ listId, accountId }, as(owner));
    mesh.clock.advance(1_000);
  }
  return listId;
};
const members = async (owner: string, listId: string) => {
  const ids: string[] = [];
  let pageToken = "";
  do {
    const page = await lists().listListMembers({ listId, pageSize: 2, pageToken }, as(owner));
    ids.push(...page.members.map(({ profile }) => profile?.accountId ?? ""));
    pageToken = page.nextPageToken;
  } while (pageToken);
  return ids;
};
const kept = async (listId: string) =>
  (await db().query<{ id: string }>(sql`select account_id as id from list_member where list_id = ${listId}`)).length;
const changes = async (owner: string) =>
  (await eventsAs(mesh, ListChangedSchema, owner)).map(({ change }) => change.case).filter((one) => one !== "saved");

test("members come newest first with what is between owner and them; adding and removing again changes nothing", async () => {
  const [ann = "", bob = "", cid = "", dot = ""] = await crowd(mesh, "members", 4);
  await graph().followAccount({ accountId: bob }, as(ann));
  const listId = await listOf(ann, bob, cid, dot, bob.toUpperCase(), ann);
  expect(await members(ann, listId)).toEqual([ann, dot, cid, bob]);
  const { members: shown } = await lists().listListMembers({ listId }, as(ann));
  expect(shown.at(-1)).toMatchObject({ profile: { handle: "members_1" }, relation: { following: true } });
  expect((await lists().getList({ listId }, as(ann))).list?.memberCount).toBe(4);
  for (let twice = 0; twice < 2; twice++) await lists().removeListMember({ listId, accountId: cid }, as(ann));
  expect(await members(ann, listId)).toEqual([ann, dot, bob]);
  expect(await changes(ann)).toEqual([...Array(4).fill("memberAdded"), "memberRemoved"]);
});

test("who is hidden is left out and comes back, and can be taken off meanwhile", async () => {
  const [ann = "", bob = "", cid = "", dot = ""] = await crowd(mesh, "hidden", 4);
  const listId = await listOf(ann, bob, cid, dot);
  const hide = (id: string, suspended: boolean) =>
    db().query(sql`update account set suspended = ${suspended} where id = ${id}`);
  await hide(bob, true);
  await hide(cid, true);
  expect(await members(ann, listId)).toEqual([dot]);
  await hide(cid, false);
  expect(await members(ann, listId)).toEqual([dot, cid]);
  await lists().removeListMember({ listId, accountId: bob }, as(ann));
  await hide(bob, false);
  expect(await members(ann, listId)).toEqual([dot, cid]);
});

test("whoever is not there for the caller is not added", async () => {
  const [ann = "", foe = "", blocked = ""] = await crowd(mesh, "refused", 3);
  const off = await settle(mesh, "refused_off", { deactivated: true });
  await graph().blockAccount({ accountId: ann }, as(foe));
  await graph().blockAccount({ accountId: blocked }, as(ann));
  const listId = await listOf(ann);
  const add = (accountId: string) => refusal(lists().addListMember({ listId, accountId }, as(ann)));
  for (const id of [foe, off, mesh.deps<Deps>("social-graph").ids.next()])
    expect(await add(id)).toMatchObject({ reason: "ACCOUNT_NOT_FOUND" });
  expect(await add(blocked)).toMatchObject({ reason: "BLOCKED_BY_YOU" });
  expect(await kept(listId)).toBe(0);
});

test("a list takes so many and no more, also all at once, and those who are on it can be added again", async () => {
  const [ann = "", ...others] = await crowd(mesh, "full", 13);
  const listId = await listOf(ann);
  const add = (accountId: string) => lists().addListMember({ listId, accountId }, as(ann));
  const added = await Promise.allSettled(others.map(add));
  expect(added.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
  expect(await kept(listId)).toBe(5);
  const on = await members(ann, listId);
  await add(on[0] ?? "");
  const out = others.find((one) => !on.includes(one)) ?? "";
  expect(await refusal(add(out))).toMatchObject({ reason: "LIST_FULL", facts: { most: "5" } });
});

test("a block parts them on each other's lists at once, and for good once its event was heard", async () => {
  const [ann = "", bob = "", cid = ""] = await crowd(mesh, "parted", 3);
  const [anns, bobs] = [await listOf(ann, bob, cid), await listOf(bob, ann, cid)];
  await graph().blockAccount({ accountId: bob }, as(ann));
  expect([await members(ann, anns), await members(bob, bobs)]).toEqual([[cid], [cid]]);
  await mesh.settle();
  await graph().unblockAccount({ accountId: bob }, as(ann));
  expect([await members(ann, anns), await members(bob, bobs)]).toEqual([[cid], [cid]]);
  expect([await kept(anns), await kept(bobs)]).toEqual([1, 1]);
  expect((await changes(bob)).at(-1)).toBe("memberRemoved");
  expect((await changes(ann)).filter((one) => one === "memberRemoved")).toHaveLength(1);
  await lists().addListMember({ listId: bobs, accountId: ann }, as(bob));
  await mesh.settle();
  expect(await members(bob, bobs)).toEqual([ann, cid]);
});

test("a block that is over when it is heard of takes off whom it found there, and not who was put back since", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "over", 2);
  const [anns, bobs] = [await listOf(ann, bob), await listOf(bob)];
  const blockedAt = mesh.clock.now();
  mesh.clock.advance(1_000);
  await lists().addListMember({ listId: bobs, accountId: ann }, as(bob));
  await db().commit(undefined, (tx) => unlistParted(tx, ann, bob, blockedAt));
  expect([await members(ann, anns), await members(bob, bobs)]).toEqual([[], [ann]]);
});

test("whatever is added while a list is deleted is deleted with it", async () => {
  const [ann = "", ...others] = await crowd(mesh, "race", 6);
  const listId = await listOf(ann);
  const calls = others.map((accountId) => lists().addListMember({ listId, accountId }, as(ann)));
  await Promise.allSettled([...calls, lists().deleteList({ listId }, as(ann))]);
  expect(await kept(listId)).toBe(0);
});
