import { afterAll, beforeAll, expect, test } from "vitest";
import {
  AccountUnblockedSchema,
  AccountUnfollowedSchema,
  ListChangedSchema,
  UnfollowReason,
} from "#gen/skein/graph/v1/graph_events_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { Circle } from "#gen/skein/graph/v1/privacy_pb.ts";
import { AccountErasureDueSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { addFollows } from "../store/add-follows.ts";
import { countsAndRows } from "../testing/counts.ts";
import { announce, startGraphMesh } from "../testing/graph-mesh.ts";
import { eventsAs } from "../testing/log.ts";
import { crowd } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);
const lists = () => mesh.client(ListService);
const db = () => mesh.deps<Deps>("social-graph").db;
const runJob = async (name: string) => {
  while (!(await mesh.runJob("social-graph", name))); // somebody else's turn: wait until it is over
};

/** The tables, apart from log and machinery, with a row in which the id stands anywhere. */
async function tablesNaming(id: string): Promise<string[]> {
  const tables = await db().query<{ name: string }>(sql`select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not like 'log%' and table_name <> 'dead_letter'`);
  const found = await Promise.all(
    tables.map(async ({ name }) => {
      const text = `select 1 from "${name}" t where t::text like '%' || $1 || '%' limit 1`;
      return (await db().query({ name: "", text, values: [id] })).length > 0 ? [name] : [];
    }),
  );
  return found.flat().sort();
}

test("of an account whose time has come nothing is left in any table, and what others count and keep of it ends", async () => {
  const [ann = "", bob = "", cyd = ""] = await crowd(mesh, "erase", 3);
  for (const [who, whom] of [
    [ann, bob],
    [bob, ann],
    [cyd, ann],
  ] as const)
    await graph().followAccount({ accountId: whom }, as(who));
  const made = await Promise.all([ann, bob].map((who) => lists().createList({ title: "mine" }, as(who))));
  const [annsList = "", bobsList = ""] = made.map(({ list }) => list?.listId ?? "");
  await lists().addListMember({ listId: annsList, accountId: bob }, as(ann));
  await lists().addListMember({ listId: bobsList, accountId: ann }, as(bob));
  await graph().updatePrivacySettings({ whoMayReply: Circle.NOBODY }, as(ann));
  await graph().muteAccount({ accountId: cyd }, as(ann));
  await graph().muteAccount({ accountId: ann }, as(bob));
  await mesh.settle();
  const now = mesh.clock.now();
  await db().query(sql`with a as (insert into affinity (viewer_id, author_id, scored_at) values (${ann}, ${bob}, ${now}), (${bob}, ${ann}, ${now})),
    b as (insert into activity (account_id, active_at) values (${ann}, ${now}) on conflict do nothing),
    c as (insert into block (blocker_id, blocked_id, shard, blocked_at) values (${cyd}, ${ann}, 0, ${now}), (${ann}, ${cyd}, 0, ${now}))
    insert into dismissed_suggestion (account_id, dismissed_id, dismissed_at) values (${ann}, ${bob}, ${now}), (${bob}, ${ann}, ${now})`);
  await runJob("fold-counts");
  expect((await tablesNaming(ann)).length).toBeGreaterThan(10);

  await announce(mesh, "identity", AccountErasureDueSchema, { accountId: ann });
  await mesh.settle();
  await runJob("erase-accounts");
  await mesh.settle();
  await runJob("fold-counts");
  mesh.clock.advance(61_000);
  await runJob("erase-accounts");
  expect(await tablesNaming(ann)).toEqual([]);
  expect(await countsAndRows(mesh, [bob, cyd])).toEqual({ counted: ["0/0", "0/0"], there: ["0/0", "0/0"] });
  for (const who of [ann, bob, cyd])
    expect((await eventsAs(mesh, AccountUnfollowedSchema, who)).map(({ reason }) => reason)).toEqual([
      UnfollowReason.ERASED,
    ]);
  expect((await eventsAs(mesh, AccountUnblockedSchema, cyd)).map(({ blockedId }) => blockedId)).toEqual([ann]);
  const last = async (who: string) => (await eventsAs(mesh, ListChangedSchema, who)).at(-1)?.change.case;
  expect([await last(ann), await last(bob)]).toEqual(["deleted", "memberRemoved"]);
  expect((await lists().getList({ listId: bobsList }, as(bob))).list?.memberCount).toBe(0);
});

test("somebody with more followers than one bite holds is erased whole, and a follow that comes late goes too", async () => {
  const [ann = "", late = "", ...others] = await crowd(mesh, "bites", 1_302);
  const now = mesh.clock.now();
  const plain = { hideReposts: false, notifyOnPost: false, hideFromHome: false };
  await db().query(sql`insert into follow (follower_id, followee_id, shard, state, followed_at, changed_at)
    select id, ${ann}::uuid, 0, 'ACTIVE', ${now}::timestamptz, ${now}::timestamptz from unnest(${others}::uuid[]) as id`);
  await db().query(sql`insert into follower (follower_id, followee_id, bucket, state, followed_at, version)
    select id, ${ann}::uuid, 0, 'ACTIVE', ${now}::timestamptz, 1 from unnest(${others}::uuid[]) as id`);
  await announce(mesh, "identity", AccountErasureDueSchema, { accountId: ann });
  await mesh.settle();
  await runJob("erase-accounts");
  await db().commit(undefined, async (tx) => void (await addFollows(tx, late, [{ followeeId: ann, ...plain }], now)));
  await mesh.settle();
  mesh.clock.advance(61_000);
  await runJob("erase-accounts");
  await mesh.settle();
  expect(await tablesNaming(ann)).toEqual([]);
  expect((await countsAndRows(mesh, [late])).counted).toEqual(["0/0"]);
});
