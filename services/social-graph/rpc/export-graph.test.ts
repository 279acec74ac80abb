import { toJson } from "@bufbuild/protobuf";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Relation_MuteScope as MuteScope } from "#gen/skein/common/v1/visibility_pb.ts";
import { GraphKind, type GraphRow, GraphRowSchema } from "#gen/skein/graph/v1/archive_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { exported, imported } from "../testing/archive.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { crowd, settle } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);
const lists = () => mesh.client(ListService);
const json = (rows: readonly GraphRow[]) => rows.map((row) => toJson(GraphRowSchema, row));

test("what is brought out and in again is the same, for any graph and any size of page", async () => {
  const others = await crowd(mesh, "trip", 7);
  const shy = await settle(mesh, "trip_shy", { locked: true });
  const everybody = [...others, shy];
  let round = 0;
  let seen = 0;
  const whom = fc.constantFrom(...everybody);
  const follow = fc.record({
    act: fc.constant("follow" as const),
    whom,
    hideReposts: fc.boolean(),
    notifyOnPost: fc.boolean(),
  });
  const block = fc.record({ act: fc.constant("block" as const), whom });
  const scopes = fc.uniqueArray(fc.constantFrom<MuteScope[]>(1, 2, 3), { maxLength: 3 });
  const mute = fc.record({ act: fc.constant("mute" as const), whom, scopes, days: fc.constantFrom(0, 1, 400) });
  const title = fc.constantFrom("Friends", "Work", "Ünï cødé", "x");
  const list = fc.record({ act: fc.constant("list" as const), whom: fc.option(whom), title, exclusive: fc.boolean() });
  const acts = fc.array(fc.oneof(follow, block, mute, list), { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(acts, fc.integer({ min: 1, max: 5 }), async (wanted, pageSize) => {
      const [from = "", to = ""] = await crowd(mesh, `owner_${round++}`, 2);
      for (const one of wanted) {
        await perform(from, one).catch(() => undefined); // blocked by themselves, or on the list already
        mesh.clock.advance(one.act.length); // some at the same moment as others of their kind, some later
      }
      const first = await exported(mesh, from, { pageSize });
      seen += first.length;
      const outcomes = await imported(mesh, to, first);
      expect(outcomes.every((outcome) => typeof outcome === "number")).toBe(true);
      expect(json(await exported(mesh, to, { pageSize: 1_000 }))).toEqual(json(first));
    }),
    { numRuns: 15 },
  );
  expect(seen).toBeGreaterThan(10);
});

type Act =
  | { act: "follow"; whom: string; hideReposts: boolean; notifyOnPost: boolean }
  | { act: "block"; whom: string }
  | { act: "mute"; whom: string; scopes: MuteScope[]; days: number }
  | { act: "list"; whom: string | null; title: string; exclusive: boolean };

async function perform(owner: string, wanted: Act): Promise<void> {
  const me = as(owner);
  if (wanted.act === "block") await graph().blockAccount({ accountId: wanted.whom }, me);
  if (wanted.act === "follow") {
    const { whom: accountId, hideReposts, notifyOnPost } = wanted;
    await graph().followAccount({ accountId }, me);
    await graph().updateFollow({ accountId, hideReposts, notifyOnPost }, me);
  }
  if (wanted.act === "mute") {
    const ends = { seconds: BigInt(Math.floor(mesh.clock.now().getTime() / 1000) + wanted.days * 86_400) };
    const more = wanted.days > 0 ? { expiresAt: ends } : {};
    await graph().muteAccount({ accountId: wanted.whom, scopes: wanted.scopes, ...more }, me);
  }
  if (wanted.act === "list") {
    const { title, exclusive, whom } = wanted;
    await lists()
      .createList({ title, exclusive }, me)
      .catch(() => undefined); // there is one of that title
    const found = (await lists().listLists({}, me)).lists.find((one) => one.title === title);
    if (whom) await lists().addListMember({ listId: found?.listId ?? "", accountId: whom }, me);
  }
}

test("of whom the caller may not see there is the id and no handle; who parted from the caller is not there", async () => {
  const [ann = "", bob = "", off = "", foe = "", both = ""] = await crowd(mesh, "unseen", 5);
  for (const accountId of [bob, off, foe]) {
    await graph().followAccount({ accountId }, as(ann));
    await graph().muteAccount({ accountId }, as(ann));
  }
  const listId = (await lists().createList({ title: "All" }, as(ann))).list?.listId ?? "";
  for (const accountId of [bob, foe]) await lists().addListMember({ listId, accountId }, as(ann));
  await graph().blockAccount({ accountId: both }, as(ann));
  await graph().blockAccount({ accountId: ann }, as(foe));
  // Who is blocked cannot block back, unless both did at the same moment.
  await mesh
    .deps<Deps>("social-graph")
    .db.query(sql`with off as (update account set deactivated = true where id = ${off})
    insert into block (blocker_id, blocked_id, shard, blocked_at) values (${both}, ${ann}, 0, now())`);
  const rows = async (kind: GraphKind) =>
    (await exported(mesh, ann, { kinds: [kind] })).map(({ accountId, handle }) => `${accountId} ${handle}`);
  expect(await rows(GraphKind.FOLLOWS)).toEqual([`${bob} unseen_1`, `${off} `]);
  expect(await rows(GraphKind.MUTES)).toEqual([`${bob} unseen_1`, `${off} `, `${foe} `]);
  expect(await rows(GraphKind.BLOCKS)).toEqual([`${both} unseen_4`]);
  expect(await rows(GraphKind.LISTS)).toEqual([`${bob} unseen_1`]);
  await lists().removeListMember({ listId, accountId: bob }, as(ann));
  expect(await rows(GraphKind.LISTS)).toEqual([" "]); // the list itself is still there
});

test("a suspended account still gets what is its own, and a token of one kind is not for another", async () => {
  const [ann = "", bob = "", cid = ""] = await crowd(mesh, "own", 3);
  for (const accountId of [bob, cid]) await graph().followAccount({ accountId }, as(ann));
  const suspended = as(ann, { suspended: true });
  const page = await graph().exportGraph({ kind: GraphKind.FOLLOWS, pageSize: 1 }, suspended);
  expect(page.rows).toHaveLength(1);
  const asked = { kind: GraphKind.BLOCKS, pageToken: page.nextPageToken };
  expect(await refusal(graph().exportGraph(asked, suspended))).toMatchObject({ reason: "PAGE_TOKEN_INVALID" });
});
