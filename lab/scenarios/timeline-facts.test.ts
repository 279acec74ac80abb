import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { AccountState } from "#gen/skein/identity/v1/account_pb.ts";
import { AccountRegisteredSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { AccountRowSchema } from "#gen/skein/identity/v1/snapshot_rows_pb.ts";
import { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { Role, Surface } from "#gen/skein/options/v1/options_pb.ts";
import { snapshot } from "#mesh/log/snapshot.ts";
import { partitionOf } from "#mesh/partition.ts";
import { sql } from "#mesh/store/sql.ts";
import { type ToyDeps, toy } from "#mesh/testing/toy.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps as GraphDeps } from "../../services/social-graph/deps.ts";
import { socialGraph } from "../../services/social-graph/index.ts";
import type { Deps } from "../../services/timeline/deps.ts";
import { timeline } from "../../services/timeline/index.ts";
import { readBetween } from "../../services/timeline/store/relations.ts";
import { readViewer } from "../../services/timeline/store/viewer.ts";
import { steps, take } from "./random-ties.ts";

const PEOPLE = 6;
const SEED = Number(process.env.LAB_SEED ?? 20261125);
const RUNS = Number(process.env.LAB_RUNS ?? 3);

/** What identity's snapshot consists of. */
const accounts: { accountId: string; state: AccountState }[] = [];
const snapshots = [
  snapshot(
    "account",
    AccountRowSchema,
    (partition, after, limit) => {
      const rows = accounts.flatMap(({ accountId }, at) => (partitionOf(accountId) === partition ? [at] : []));
      return sql`select lpad(at::text, 9, '0') as key, at from unnest(${rows}::int[]) as at
        where lpad(at::text, 9, '0') > ${after} order by key limit ${limit}::int`;
    },
    ({ at }: { at: number }) => {
      const { accountId = "", state = AccountState.UNSPECIFIED } = accounts[at] ?? {};
      return { profile: { accountId, handle: `h${accountId}`, version: 1_000n }, state };
    },
  ),
];

let mesh: TestMesh;
beforeAll(async () => {
  const identity = toy("identity", [IdentityService, SessionService], {}, {}, { snapshots });
  const content = toy("content", [PostService], {});
  mesh = await startTestMesh([socialGraph, timeline, identity, content], { GRAPH_FANOUT_THRESHOLD: "2" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

async function register(): Promise<string[]> {
  const { db, ids } = mesh.deps<ToyDeps>("identity");
  const people = Array.from({ length: PEOPLE }, () => ids.next());
  await db.commit(undefined, async (tx) => {
    for (const accountId of people)
      tx.publish(AccountRegisteredSchema, { accountId, profile: { accountId, handle: `h${accountId}`, version: 1n } });
  });
  await mesh.settle();
  return people;
}

/** What social-graph says, and what timeline knows, of everybody and a stranger in everybody's and nobody's eyes. */
async function compare(people: readonly string[]): Promise<void> {
  await mesh.settle();
  const stranger = mesh.deps<ToyDeps>("identity").ids.next();
  const subjectIds = [...people, stranger];
  for (const viewerId of [...people, ""]) {
    const request = { viewerId, surface: Surface.HOME, subjectIds };
    const { subjects } = await mesh.client(GraphService).batchCheckVisibility(request);
    const { between } = await readBetween(mesh.deps<Deps>("timeline"), viewerId || undefined, {
      ...{ accounts: subjectIds, posts: [] },
    });
    const said = subjects.map(({ relation }) => ({ ...relation, $typeName: undefined, $unknown: undefined }));
    expect([...between].map(([accountId, facts]) => ({ accountId, ...facts }))).toEqual(said);
  }
  await compareLists(people);
}

/** The same of exclusive lists, and of whose posts are pulled. */
async function compareLists(people: readonly string[]): Promise<void> {
  const { db } = mesh.deps<GraphDeps>("social-graph");
  const known = mesh.deps<Deps>("timeline");
  for (const me of people) {
    const [row] = await db.query<{ members: string[]; pulled: string[] }>(sql`select
      array(select distinct m.account_id::text from list l join list_member m on m.owner_id = l.owner_id and m.list_id = l.id
        where l.owner_id = ${me} and l.exclusive order by 1) as members,
      array(select f.followee_id::text from follow f join account_count c on c.account_id = f.followee_id and c.tier = 'PULL'
        where f.follower_id = ${me} and f.state = 'ACTIVE' and not f.hide_from_home order by 1) as pulled`);
    const { exclusive } = await readBetween(known, me, { accounts: people, posts: [] });
    const { pullSet } = await readViewer(known, me);
    expect([...exclusive].sort()).toEqual(row?.members);
    // Whose posts were pulled once may be looked for longer than that; nobody may be missing.
    expect(new Set(row?.pulled).difference(new Set(pullSet))).toEqual(new Set());
  }
}

test(`timeline knows of everybody what social-graph says: ${RUNS} random worlds, seed ${SEED}`, async () => {
  const property = fc.asyncProperty(fc.array(steps(PEOPLE), { minLength: 60, maxLength: 60 }), async (taken) => {
    const people = await register();
    for (const [at, step] of taken.entries()) {
      await take(mesh, people, step);
      if (at % 20 === 19) {
        await mesh.runJob("social-graph", "fold-counts");
        await compare(people);
      }
    }
    mesh.clock.advance(60_000); // every mute that ends has ended, whether or not anybody says so
    await compare(people);
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED, endOnFailure: true });
});

/** Makes what timeline knows wrong in every table: what is there goes, and what is not there comes. */
async function damage([ann = "", bob = "", cleo = ""]: readonly string[]): Promise<void> {
  const { db } = mesh.deps<Deps>("timeline");
  const wrong = [ann, bob, cleo].flatMap((one) =>
    [ann, bob, cleo].map((other) => [one, other, partitionOf(one)] as const),
  );
  const pairs = sql`select * from unnest(${wrong.map(([one]) => one)}::uuid[], ${wrong.map(([, other]) => other)}::uuid[],
    ${wrong.map(([, , shard]) => shard)}::smallint[]) as p (one, other, shard)`;
  const statements = [
    sql`with p as (${pairs}), gone as (delete from follow) insert into follow select one, other, shard, now() from p on conflict do nothing`,
    sql`with p as (${pairs}), gone as (delete from block) insert into block select one, other, shard, now() from p on conflict do nothing`,
    sql`with p as (${pairs}), gone as (delete from mute) insert into mute select one, other, shard, '{1,2,3}', null from p on conflict do nothing`,
    sql`with p as (${pairs}), gone as (delete from locked) insert into locked select distinct one, shard from p on conflict do nothing`,
    sql`update list set exclusive = not exclusive`,
    sql`delete from list_member`,
    sql`delete from fanout_tier`,
    sql`delete from account where account_id <> ${ann}`,
  ];
  for (const statement of statements) await db.query(statement);
}

test("read anew from snapshots it is right again, whatever it knew before, and goes on from there", async () => {
  const [first = [], second = []] = fc.sample(fc.array(steps(PEOPLE), { minLength: 80, maxLength: 80 }), {
    ...{ numRuns: 2, seed: SEED },
  });
  const people = await register();
  for (const step of first) await take(mesh, people, step);
  await mesh.runJob("social-graph", "fold-counts");
  await compare(people);
  const { db } = mesh.deps<GraphDeps>("social-graph");
  const known = await db.query<{ id: string; state: "ACTIVE" | "HIDDEN" | "SUSPENDED" }>(
    sql`select id, state from account`,
  );
  accounts.push(...known.map(({ id, state }) => ({ accountId: id, state: STATES[state] })));
  await damage(people);
  const admin = as(people[0] ?? "", { roles: [Role.ADMIN] });
  for (const consumer of ["keep-edges", "keep-accounts"])
    for (const partition of new Set(people.map(partitionOf)))
      for await (const _ of mesh.client(OpsService, "timeline").rebuildConsumer({ consumer, partition }, admin));
  await compare(people);
  for (const step of second.filter(({ kind }) => kind !== "hide")) await take(mesh, people, step);
  await mesh.runJob("social-graph", "fold-counts");
  await compare(people);
});

const STATES = {
  ...{ ACTIVE: AccountState.ACTIVE, HIDDEN: AccountState.DEACTIVATED, SUSPENDED: AccountState.SUSPENDED },
} as const;
