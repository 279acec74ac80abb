import { afterAll, beforeAll, expect, test } from "vitest";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import {
  ProjectionAdminService,
  type RebuildProjectionResponse,
  type VerifyProjectionResponse,
} from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import { TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import { everything } from "../../main.ts";
import type { Deps } from "../../services/timeline/deps.ts";
import { populate } from "../model/population.ts";
import { live } from "./lively.ts";

const PEOPLE = 5;
/** What is not said again by a rebuild: stamps, and of what was lost how it travelled. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  follow: [],
  following: ["version"],
  block: [],
  mute: [],
  locked: [],
  list: [],
  list_member: [],
  fanout_tier: ["changed_at"],
  account: ["version", "hidden", "profile"],
  entry: ["tier"],
  tagged: [],
  consent: [],
  reaction: [],
  content_filter: [],
  tag_follow: [],
};

let mesh: TestMesh;
let people: string[];
let admin: ReturnType<typeof as>;
beforeAll(async () => {
  const services = everything.filter(({ edge }) => !edge);
  mesh = await startTestMesh(services, { GRAPH_FANOUT_THRESHOLD: "3" });
  people = await populate(mesh, PEOPLE);
  admin = as(people[0] ?? "", { roles: [Role.ADMIN] });
  await live(mesh, people);
  // Who has become a celebrity is found out where followers are counted; the host's own turn is waited for.
  while (!(await mesh.runJob("social-graph", "fold-counts")));
  await mesh.settle();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const db = () => mesh.deps<Deps>("timeline").db;
const projection = () => mesh.client(ProjectionAdminService);

/** Compares the partitions in which these people's rows are. */
async function verify(repair = false): Promise<VerifyProjectionResponse[]> {
  const found: VerifyProjectionResponse[] = [];
  for (const partition of new Set(people.map(partitionOf)))
    for await (const one of projection().verifyProjection({ repair, partition }, admin)) if (one.kind) found.push(one);
  return found;
}

async function rebuild(scope: { case: "partition"; value: number } | { case: "ownerId"; value: string }) {
  let last: RebuildProjectionResponse | undefined;
  for await (const one of projection().rebuildProjection({ scope }, admin)) last = one;
  return last;
}

/** Everything that is kept, as text. */
async function kept(): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const [table, loose] of Object.entries(TABLES)) {
    const text = `select (to_jsonb(t) - $1::text[])::text as row from ${table} t order by 1`;
    const rows = await db().query<{ row: string }>({ text, values: [loose], name: "" });
    found[table] = rows.map(({ row }) => row);
  }
  const posts = await db().query<{ row: string }>(
    sql`select (to_jsonb(t) - 'revision')::text as row from post t where state = 1 order by 1`,
  );
  // A counter at nought says no more than one that is not there.
  const counts = await db().query<{ row: string }>(
    sql`select concat_ws(' ', post_id, likes, shares, replies, quotes) as row from post_count
      where (likes, shares, replies, quotes) <> (0, 0, 0, 0) order by 1`,
  );
  return { ...found, post: posts.map(({ row }) => row), post_count: counts.map(({ row }) => row) };
}

async function homes(): Promise<string[][]> {
  const read = async (who: string) =>
    (await mesh.client(TimelineService).listHomeTimeline({ mode: TimelineMode.CHRONOLOGICAL }, as(who))).items.map(
      ({ id, post }) =>
        `${id} ${post?.card?.text} ${post?.counts?.likes} ${post?.counts?.replies} ${post?.counts?.quotes}`,
    );
  return Promise.all(people.map(read));
}

test("what timeline keeps of every kind is what its owners say", async () => {
  const found = await verify();
  expect(found.filter(({ differing, unsettled }) => differing > 0 || unsettled)).toEqual([]);
  const rows = Map.groupBy(found, ({ source, kind }) => `${source} ${kind}`);
  const empty = [...rows].filter(([, steps]) => steps.every((one) => one.rows === 0n)).map(([kind]) => kind);
  expect(empty).toEqual([]); // a comparison of nothing with nothing proves nothing
  expect(rows.size).toBe(15);
  expect(found.at(-1)).toMatchObject({ partitionsDone: 1, partitions: 1 });
});

const DAMAGE: readonly (readonly [kind: string, Sql])[] = [
  [
    "post",
    sql`update post set card = card || '\\x00' where post_id = (select min(post_id::text)::uuid from post where state = 1)`,
  ],
  ["post", sql`delete from entry where entry_id = (select min(post_id::text)::uuid from post where state = 1)`],
  ["share", sql`delete from entry where is_share`],
  ["consent", sql`update consent set approved = not approved`],
  ["like", sql`delete from reaction where kind = 1`],
  ["bookmark", sql`update reaction set author_id = account_id where kind = 3`],
  ["filter", sql`update content_filter set version = 77`],
  ["hashtag-follow", sql`delete from tag_follow`],
  ["follow", sql`update follow set hide_from_home = not hide_from_home`],
  ["block", sql`delete from block`],
  ["mute", sql`update mute set scopes = '{3}'`],
  ["privacy", sql`insert into locked select account_id, shard from account on conflict do nothing`],
  ["list", sql`update list set exclusive = not exclusive`],
  ["list-member", sql`delete from list_member`],
  ["fanout-tier", sql`update fanout_tier set tier = 3 - tier`],
  ["account", sql`update account set face = '' where account_id = (select min(account_id::text)::uuid from account)`],
];

test.each(DAMAGE)("damage to a %s is found and repaired, counters and homes with it", async (kind, damage) => {
  const [before, seen] = [await kept(), await homes()];
  await db().query(damage);
  const found = (await verify(true)).filter(({ differing }) => differing > 0);
  expect(new Set(found.map((one) => one.kind))).toContain(kind);
  expect(found.filter(({ repaired }) => !repaired)).toEqual([]);
  await mesh.runJob("timeline", "mend-copies");
  expect(await kept()).toEqual(before);
  expect(await homes()).toEqual(seen);
});

test("everything is built anew from nothing, byte for byte, and homes with it", async () => {
  const [before, seen] = [await kept(), await homes()];
  for (const table of [...Object.keys(TABLES), "post", "post_count"])
    await db().query({ text: `delete from ${table} where ctid is not null`, values: [], name: "" });
  let homesBuilt = 0n;
  for (const value of new Set(people.map(partitionOf)))
    homesBuilt += (await rebuild({ case: "partition", value }))?.homes ?? 0n;
  expect(homesBuilt).toBeGreaterThan(0n);
  await mesh.runJob("timeline", "mend-copies");
  expect(await kept()).toEqual(before);
  expect(await homes()).toEqual(seen);
  for (const value of new Set(people.map(partitionOf)))
    expect(await rebuild({ case: "partition", value })).toMatchObject({ repaired: 0n });
});

test("one partition and one home are built anew without touching others", async () => {
  const [ann = "", bob = ""] = people;
  const rows = () => db().query<{ ctid: string }>(sql`select ctid::text from follow order by 1`);
  await db().query(sql`delete from follow where follower_id in (${ann}, ${bob})`);
  const others = await rows();
  const done = await rebuild({ case: "partition", value: partitionOf(ann) });
  expect(done).toMatchObject({ partitionsDone: 1, partitions: 1 });
  expect(done?.homes).toBeGreaterThan(0n); // a home that is met twice counts twice
  expect(done?.repaired).toBeGreaterThan(0n);
  const now = (await rows()).map(({ ctid }) => ctid);
  expect(others.filter(({ ctid }) => !now.includes(ctid))).toEqual([]);
  const mine = await db().query(sql`select 1 from follow where follower_id = ${bob}`);
  expect(mine).toEqual([]);
  await rebuild({ case: "partition", value: partitionOf(bob) });
  expect(await rebuild({ case: "ownerId", value: ann })).toMatchObject({ partitions: 0, homes: 1n });
  expect((await verify()).filter(({ differing }) => differing > 0)).toEqual([]);
});
