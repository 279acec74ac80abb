import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ListChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { eventsAs } from "../testing/log.ts";
import { crowd } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh({ GRAPH_MOST_LISTS: "4" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const lists = () => mesh.client(ListService);
const make = async (owner: string, title: string, more: { idempotencyKey?: string; exclusive?: boolean } = {}) =>
  (await lists().createList({ title, ...more }, as(owner))).list;
const announced = async (owner: string) =>
  (await eventsAs(mesh, ListChangedSchema, owner)).map(({ listId, change }) => [listId, change.case, change.value]);

test("a list is made, read, changed, deleted, and each is announced as it is then", async () => {
  const [ann = ""] = await crowd(mesh, "life", 1);
  const made = await make(ann, "  Friends ", { exclusive: true });
  expect(made).toMatchObject({ title: "Friends", exclusive: true, hideReposts: false, memberCount: 0 });
  const listId = made?.listId ?? "";
  expect((await lists().getList({ listId: listId.toUpperCase() }, as(ann))).list).toEqual(made);
  mesh.clock.advance(1_000);
  const changed = await lists().updateList({ listId, title: "Close friends", exclusive: false }, as(ann));
  expect(changed.list).toMatchObject({ title: "Close friends", exclusive: false, createdAt: made?.createdAt });
  expect(changed.list?.changedAt).not.toEqual(made?.changedAt);
  expect((await lists().updateList({ listId, title: "Close friends" }, as(ann))).list).toEqual(changed.list);
  expect((await lists().getList({ listId }, as(ann))).list).toEqual(changed.list);
  await lists().deleteList({ listId }, as(ann));
  await lists().deleteList({ listId }, as(ann));
  expect(await refusal(lists().getList({ listId }, as(ann)))).toMatchObject({ reason: "LIST_NOT_FOUND" });
  expect(await announced(ann)).toMatchObject([
    [listId, "saved", { title: "Friends", exclusive: true }],
    [listId, "saved", { title: "Close friends", exclusive: false }],
    [listId, "deleted", {}],
  ]);
});

test("another's list is not there, whatever is asked of it", async () => {
  const [ann = "", eve = ""] = await crowd(mesh, "private", 2);
  const listId = (await make(ann, "Secret"))?.listId ?? "";
  const nobody = mesh.deps<Deps>("social-graph").ids.next();
  for (const id of [listId, nobody]) {
    const asked = [
      lists().getList({ listId: id }, as(eve)),
      lists().updateList({ listId: id, title: "Mine" }, as(eve)),
      lists().addListMember({ listId: id, accountId: ann }, as(eve)),
      lists().listListMembers({ listId: id }, as(eve)),
    ];
    for (const told of await Promise.all(asked.map(refusal)))
      expect(told).toMatchObject({ code: Code.NotFound, reason: "LIST_NOT_FOUND", facts: {} });
    await lists().deleteList({ listId: id }, as(eve));
    await lists().removeListMember({ listId: id, accountId: ann }, as(eve));
  }
  expect((await lists().listLists({}, as(eve))).lists).toEqual([]);
  expect((await lists().getList({ listId }, as(ann))).list?.title).toBe("Secret");
  expect(await announced(eve)).toEqual([]);
});

test("the same key makes one list, another request under it is refused", async () => {
  const [ann = ""] = await crowd(mesh, "replay", 1);
  const calls = Array.from({ length: 10 }, () => make(ann, "Once", { idempotencyKey: "k" }));
  const made = await Promise.all(calls);
  expect(new Set(made.map((list) => list?.listId)).size).toBe(1);
  const again = refusal(make(ann, "Twice", { idempotencyKey: "k" }));
  expect(await again).toMatchObject({ reason: "IDEMPOTENCY_KEY_REUSED" });
  await lists().updateList({ listId: made[0]?.listId ?? "", title: "Renamed" }, as(ann));
  expect(await make(ann, "Once", { idempotencyKey: "k" })).toMatchObject({ title: "Renamed" });
  expect((await announced(ann)).map(([, what]) => what)).toEqual(["saved", "saved"]);
});

test("a title is taken once by an owner, and empty ones are none", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "title", 2);
  await make(ann, "Work");
  await make(bob, "Work");
  const other = (await make(ann, "Play"))?.listId ?? "";
  const taken = { code: Code.AlreadyExists, reason: "LIST_TITLE_TAKEN" };
  expect(await refusal(make(ann, " Work"))).toMatchObject(taken);
  expect(await refusal(lists().updateList({ listId: other, title: "Work" }, as(ann)))).toMatchObject(taken);
  const racing = await Promise.allSettled(Array.from({ length: 8 }, () => make(ann, "Race")));
  expect(racing.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const title of ["", "   ", "x".repeat(61)])
    expect(await refusal(make(ann, title))).toMatchObject({ reason: "INVALID_REQUEST" });
});

test("nobody has more lists than they may, also when they make them all at once", async () => {
  const [ann = ""] = await crowd(mesh, "most", 1);
  const made = await Promise.allSettled(Array.from({ length: 12 }, (_, n) => make(ann, `List ${n}`)));
  expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
  expect(await refusal(make(ann, "One more"))).toMatchObject({ reason: "TOO_MANY_LISTS", facts: { most: "4" } });
});

test("lists come newest first, page by page", async () => {
  const [ann = ""] = await crowd(mesh, "paged", 1);
  for (const title of ["a", "b", "c"]) {
    await make(ann, title);
    mesh.clock.advance(1);
  }
  const titles: string[] = [];
  let pageToken = "";
  do {
    const page = await lists().listLists({ pageSize: 1, pageToken }, as(ann));
    titles.push(...page.lists.map(({ title }) => title));
    pageToken = page.nextPageToken;
  } while (pageToken);
  expect(titles).toEqual(["c", "b", "a"]);
});
