import { afterAll, beforeAll, expect, test } from "vitest";
import { FanoutTierChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { countsAndRows } from "../testing/counts.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { eventsAs } from "../testing/log.ts";
import { crowd } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh({ GRAPH_FANOUT_THRESHOLD: "10", GRAPH_FANOUT_HYSTERESIS: "20" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);
const db = () => mesh.deps<Deps>("social-graph").db;
const admin = as(crypto.randomUUID(), { roles: [Role.USER, Role.ADMIN] });
const run = async (job: string) => {
  while (!(await mesh.runJob("social-graph", job))); // the host may be at it by itself
};
const followed = async (by: readonly string[], accountId: string) => {
  await Promise.all(by.map((who) => graph().followAccount({ accountId }, as(who))));
  await run("fold-counts");
};
const spoil = (id: string, followers: number, following: number) =>
  db().query(
    sql`insert into count_delta (account_id, followers, following) values (${id}, ${followers}, ${following})`,
  );

test("an injected error is found, told and repaired, once, also when ten look for it at once", async () => {
  const [ann = "", bob = "", cid = ""] = await crowd(mesh, "spoilt", 3);
  await followed([ann], bob);
  await spoil(bob, 7, -3);
  await run("fold-counts");
  const accountIds = [ann, bob, cid, bob];
  const dry = await graph().reconcileCounters({ accountIds, dryRun: true }, admin);
  expect(dry.examined).toBe(3);
  expect(dry.drifts).toMatchObject([
    {
      kept: { accountId: bob, followers: 8n, following: 0n },
      counted: { followers: 1n, following: 0n },
      repaired: false,
    },
  ]);
  const calls = Array.from({ length: 10 }, () => graph().reconcileCounters({ accountIds }, admin));
  const drifts = (await Promise.all(calls)).flatMap((one) => one.drifts);
  expect(drifts).toMatchObject([{ counted: { accountId: bob }, repaired: true }]);
  expect((await graph().reconcileCounters({ accountIds }, admin)).drifts).toEqual([]);
  const exact = ["0/1", "1/0", "0/0"];
  expect(await countsAndRows(mesh, [ann, bob, cid])).toEqual({ counted: exact, there: exact });
});

test("without ids it goes through all accounts page by page, also those whose counters are lost", async () => {
  const people = await crowd(mesh, "paged", 7);
  await followed(people.slice(1), people[0] ?? "");
  await db().query(sql`delete from account_count where account_id = ${people[0]}`);
  const drifted: string[] = [];
  let [examined, pageToken, pages] = [0, "", 0];
  do {
    const page = await graph().reconcileCounters({ pageSize: 4, pageToken }, admin);
    drifted.push(...page.drifts.map(({ counted }) => counted?.accountId ?? ""));
    examined += page.examined;
    pageToken = page.nextPageToken;
    pages++;
  } while (pageToken);
  expect(drifted).toEqual([people[0]]);
  const [{ all = 0 } = {}] = await db().query<{ all: number }>(sql`select count(*)::int as all from account`);
  expect([examined, pages]).toEqual([all, Math.ceil(all / 4)]);
});

test("only administrators may", async () => {
  const [ann = ""] = await crowd(mesh, "plain", 1);
  for (const roles of [[Role.USER], [Role.USER, Role.MODERATOR]])
    expect(await refusal(graph().reconcileCounters({}, as(ann, { roles })))).toMatchObject({ reason: "ROLE_MISSING" });
});

test("the job repairs by itself what drifted, a day after it last looked", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "daily", 2);
  await followed([ann], bob);
  await run("reconcile-counts");
  await spoil(bob, 5, 0);
  await run("fold-counts");
  await run("reconcile-counts");
  expect((await countsAndRows(mesh, [bob])).counted).toEqual(["6/0"]);
  mesh.clock.advance(86_400_001);
  await run("reconcile-counts");
  expect((await countsAndRows(mesh, [bob])).counted).toEqual(["1/0"]);
});

test("crossing the fan-out threshold is announced once each way, and fluttering below it is not", async () => {
  const [star = "", ...fans] = await crowd(mesh, "star", 12);
  const leave = async (by: readonly string[]) => {
    await Promise.all(by.map((who) => graph().unfollowAccount({ accountId: star }, as(who))));
    await run("fold-counts");
  };
  const announced = async () =>
    (await eventsAs(mesh, FanoutTierChangedSchema, star)).map(({ tier, followers }) => `${tier} ${followers}`);
  await followed(fans.slice(0, 9), star);
  expect(await announced()).toEqual([]);
  await followed(fans.slice(9, 10), star);
  expect(await announced()).toEqual(["2 10"]);
  for (let round = 0; round < 3; round++) {
    await leave(fans.slice(9, 10));
    await followed(fans.slice(9, 11), star);
  }
  expect(await announced()).toEqual(["2 10"]);
  await leave(fans.slice(8, 11));
  expect(await announced()).toEqual(["2 10", "1 8"]);
  await followed(fans.slice(8, 9), star);
  expect(await announced()).toEqual(["2 10", "1 8"]);
});
