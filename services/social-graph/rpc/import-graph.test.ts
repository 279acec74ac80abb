import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GraphRowSchema, ImportedRow_Outcome as Outcome } from "#gen/skein/graph/v1/archive_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { exported, imported } from "../testing/archive.ts";
import { countsAndRows } from "../testing/counts.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { eventsOf } from "../testing/log.ts";
import { crowd, settle } from "../testing/people.ts";
import { spentBy } from "../testing/spending.ts";
import { importGraph } from "./import-graph.ts";

const { DONE, REQUESTED, UNCHANGED } = Outcome;

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh({ GRAPH_MOST_FOLLOWS: "1500" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);
type Kind = MessageInitShape<typeof GraphRowSchema>["kind"];
const row = (accountId: string, kind: Kind, handle = "") => create(GraphRowSchema, { accountId, handle, kind });
const follow = (id: string, handle = "") => row(id, { case: "follow", value: {} }, handle);
const block = (id: string) => row(id, { case: "block", value: {} });
const mute = (id: string) => row(id, { case: "mute", value: {} });
const list = (title: string, id = "") => row(id, { case: "list", value: { title } });

test("each row has its own outcome, in the order given, and a dry run says the same and changes nothing", async () => {
  const [ann = "", bob = "", foe = "", blocked = "", muted = "", cid = ""] = await crowd(mesh, "rows", 6);
  const shy = await settle(mesh, "rows_shy", { locked: true });
  const off = await settle(mesh, "rows_off", { suspended: true });
  const nobody = mesh.deps<Deps>("social-graph").ids.next();
  await graph().blockAccount({ accountId: ann }, as(foe));
  await graph().blockAccount({ accountId: blocked }, as(ann));
  await graph().muteAccount({ accountId: muted }, as(ann));
  const rows = [
    ...[follow(bob), follow(bob.toUpperCase()), follow(""), follow(ann), follow(nobody), follow(foe)],
    ...[follow(off), follow(shy), follow(blocked), follow("", "@ROWS_4"), follow(nobody, "rows_4")],
    ...[mute(muted), mute(ann), block(blocked), block(cid), follow(cid)],
    ...[list("New", bob), list("New"), list("New", bob), list("New", foe), list(""), list("Other")],
    create(GraphRowSchema, { accountId: bob }),
  ];
  const outcomes = [
    ...[DONE, UNCHANGED, "ROW_INVALID", "SELF_FOLLOW", "ACCOUNT_NOT_FOUND", "ACCOUNT_NOT_FOUND"],
    ...["ACCOUNT_NOT_FOUND", REQUESTED, "BLOCKED_BY_YOU", DONE, UNCHANGED],
    ...[UNCHANGED, "SELF_MUTE", UNCHANGED, DONE, "BLOCKED_BY_YOU"],
    ...[DONE, UNCHANGED, UNCHANGED, "ACCOUNT_NOT_FOUND", "ROW_INVALID", DONE],
    "ROW_INVALID",
  ];
  const before = await eventsOf(mesh, ann);
  expect(await imported(mesh, ann, rows, { dryRun: true })).toEqual(outcomes);
  expect(await eventsOf(mesh, ann)).toEqual(before);
  expect(await imported(mesh, ann, rows)).toEqual(outcomes);
  expect((await eventsOf(mesh, ann)).slice(before.length).toSorted()).toEqual([
    ...["AccountBlocked", "AccountFollowed", "AccountFollowed", "FollowRequested"],
    ...["ListChanged", "ListChanged", "ListChanged"],
  ]);
  const again = outcomes.map((one) => (one === DONE || one === REQUESTED ? UNCHANGED : one));
  expect(await imported(mesh, ann, rows)).toEqual(again);
  const exact = ["0/2", "1/0", "1/0"];
  expect(await countsAndRows(mesh, [ann, bob, muted])).toEqual({ counted: exact, there: exact });
});

test("an answer names whom a row turned out to be about, and nobody who hides from the importer", async () => {
  const [ann = "", bob = "", foe = ""] = await crowd(mesh, "named", 3);
  await graph().blockAccount({ accountId: ann }, as(foe));
  const rows = [follow("", "named_1"), follow("", "named_2"), follow("", "named_9"), follow(foe)];
  const { results } = await graph().importGraph({ rows }, as(ann));
  expect(results.map(({ accountId, reason }) => `${accountId} ${reason}`)).toEqual([
    ...[`${bob} `, " ACCOUNT_NOT_FOUND", " ACCOUNT_NOT_FOUND", " ACCOUNT_NOT_FOUND"],
  ]);
});

test("a thousand rows are a few statements, and each of the thousand counts and is announced", async () => {
  const [ann = "", ...others] = await crowd(mesh, "many", 1_001);
  const rows = others.map((id) => follow(id));
  const asked = { method: GraphService.method.importGraph, handler: importGraph, caller: ann };
  const { spent, thrown } = await spentBy(mesh, asked, { rows });
  expect([thrown, spent.rpc]).toEqual([undefined, 0]);
  expect(spent.sql).toBeLessThanOrEqual(12);
  expect((await countsAndRows(mesh, [ann])).counted).toEqual(["0/1000"]);
  expect(await eventsOf(mesh, ann)).toHaveLength(1_000);
  const more = await crowd(mesh, "more", 700);
  const outcomes = await imported(
    mesh,
    ann,
    more.map((id) => follow(id)),
  );
  expect(outcomes.filter((one) => one === DONE)).toHaveLength(500);
  expect(outcomes.slice(500)).toEqual(Array(200).fill("TOO_MANY_FOLLOWS"));
});

test("the same rows twice at once are brought in once, and one of the two is told so", async () => {
  const [ann = "", ...others] = await crowd(mesh, "twice", 61);
  const rows = others.flatMap((id, at) => [follow(id), list(`List ${at % 3}`, id), mute(id)]);
  const both = await Promise.all([imported(mesh, ann, rows), imported(mesh, ann, rows)]);
  for (const [at] of rows.entries()) expect(both.map((one) => one[at]).toSorted()).toEqual([DONE, UNCHANGED]);
  expect((await exported(mesh, ann, { pageSize: 1_000 })).length).toBe(rows.length);
  expect((await mesh.client(ListService).listLists({}, as(ann))).lists).toHaveLength(3);
});

test("what the import of a block ends is what a block ends", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "sever", 2);
  await graph().followAccount({ accountId: bob }, as(ann));
  await graph().followAccount({ accountId: ann }, as(bob));
  const long = { seconds: 1_000_000_000n };
  expect(await imported(mesh, ann, [row(bob, { case: "block", value: { blockedAt: long } })])).toEqual([DONE]);
  await mesh.settle();
  const gone = ["0/0", "0/0"];
  expect(await countsAndRows(mesh, [ann, bob])).toEqual({ counted: gone, there: gone });
});
