import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ActivityTier, type StreamFollowerIdsRequest } from "#gen/skein/graph/v1/counts_pb.ts";
import { AccountFollowedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { ProjectionAdminService } from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import type { AnyRpc } from "#mesh/service.ts";
import { sql } from "#mesh/store/sql.ts";
import { as } from "#mesh/testing.ts";
import { bucketOf } from "../hot/buckets.ts";
import { readHome } from "../hot/homes.ts";
import { homeOf, hotHomeOf, newest, settleHomes } from "../testing/homes.ts";
import { follow, people, post } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";

const FOLLOWERS = 40;

let mesh: TimelineMesh;
/** What social-graph says of active followers. */
let active: (request: StreamFollowerIdsRequest) => AsyncIterable<object>;
const nobody = async function* () {};

beforeAll(async () => {
  const streamFollowerIds = () =>
    async function* (request: StreamFollowerIdsRequest) {
      yield* active(request);
    };
  mesh = await startTimeline(
    { TIMELINE_INLINE_FOLLOWERS: "10" },
    { graph: { streamFollowerIds: streamFollowerIds as unknown as () => AnyRpc } },
  );
});
beforeEach(() => {
  active = nobody;
});
afterAll(() => mesh[Symbol.asyncDispose]());

/** An author with so many followers, all of whom have a home. */
async function crowd(count = FOLLOWERS) {
  const { star } = await people(mesh, "star");
  const fans = Array.from({ length: count }, () => mesh.timeline.ids.next());
  await mesh.announce(AccountFollowedSchema, ...fans.map((followerId) => ({ followerId, followeeId: star })));
  await mesh.settle();
  await Promise.all(fans.map((fan) => readHome(mesh.timeline, fan)));
  return { star, fans };
}

const having = async (fans: readonly string[], entry: string) => {
  const homes = await Promise.all(fans.map(async (fan) => ({ fan, home: await hotHomeOf(mesh, fan) })));
  return homes.filter(({ home }) => home?.includes(entry)).map(({ fan }) => fan);
};

const jobs = () =>
  mesh.timeline.db.query<{ entry_id: string; cursor: string }>(sql`select entry_id, cursor from fanout_job`);

/** A job as a worker left it that does not come back. */
const leaveJob = (entryId: string, actorId: string, cursor: string, until: string) =>
  mesh.timeline.db.query(sql`insert into fanout_job (entry_id, actor_id, cursor, created_at, taken_by, taken_until)
    values (${entryId}, ${actorId}, ${cursor}, now(), 'somebody', now() + ${until}::interval)`);

test("a post of somebody with many followers reaches them all, and once", async () => {
  const { star, fans } = await crowd();
  const made = [await post(mesh, star, "one"), await post(mesh, star, "two")];
  await settleHomes(mesh);
  for (const fan of fans) expect(await hotHomeOf(mesh, fan)).toEqual(newest(...made));
  expect(await jobs()).toEqual([]);
});

test("whoever is active is served before everybody else is", async () => {
  const { star, fans } = await crowd();
  const first = fans.slice(20, 25);
  const asked = Promise.withResolvers<void>();
  const more = Promise.withResolvers<void>();
  active = async function* ({ tiers, cursor }) {
    expect(tiers).toEqual([ActivityTier.ACTIVE]);
    if (cursor === "") {
      const strangers = Array.from({ length: 1_995 }, () => mesh.timeline.ids.next());
      yield { followerIds: [...first, ...strangers], cursor: "somewhere", bucket: 0, tier: 1 };
      return;
    }
    asked.resolve();
    await more.promise;
  };
  const made = await post(mesh, star, "hello");
  await mesh.settle();
  await asked.promise;
  expect(await having(fans, made)).toEqual(first);
  more.resolve();
  await settleHomes(mesh);
  expect(await having(fans, made)).toEqual(fans);
});

test.each([
  ["cannot be reached", new ConnectError("away", Code.Unavailable)],
  ["fails", new Error("broken")],
])("a social-graph that %s holds nothing up", async (_, error) => {
  // biome-ignore lint/correctness/useYield: it never gets so far
  active = async function* () {
    throw error;
  };
  const { star, fans } = await crowd(15);
  const made = await post(mesh, star, "hello");
  await settleHomes(mesh);
  expect(await having(fans, made)).toEqual(fans);
});

test("what goes to many never holds up what goes to few", async () => {
  const free = Promise.withResolvers<void>();
  // biome-ignore lint/correctness/useYield: it keeps whoever asks waiting, and has nothing to say
  active = async function* () {
    await free.promise;
  };
  const [{ star, fans }, { ann, bob }] = [await crowd(), await people(mesh, "ann", "bob")];
  await follow(mesh, ann, bob);
  await mesh.settle();
  await homeOf(mesh, ann);
  const large = [];
  for (let turn = 0; turn < 5; turn++) large.push(await post(mesh, star, "hello all"));
  const small = await post(mesh, bob, "hello ann");
  await mesh.settle();
  expect(await hotHomeOf(mesh, ann)).toEqual([small]);
  expect(await having(fans, large[0] ?? "")).toEqual([]);
  free.resolve();
  await settleHomes(mesh);
  for (const entry of large) expect(await having(fans, entry)).toEqual(fans);
});

test("a worker that was killed is followed by one that goes on from where it was", async () => {
  const { star, fans } = await crowd();
  const made = await post(mesh, star, "before");
  await settleHomes(mesh);
  const half = 32;
  const another = mesh.timeline.ids.next();
  await mesh.timeline.db.query(sql`insert into entry select actor_id, ${another}, post_id, author_id, shard, tier, is_share, is_reply, at
    from entry where entry_id = ${made}`);
  await leaveJob(another, star, `all:${half} ffffffff-ffff-ffff-ffff-ffffffffffff`, "-1 second");
  await settleHomes(mesh);
  const served = await having(fans, another);
  expect(served).toEqual(fans.filter((fan) => bucketOf(fan) > half));
  expect(served.length).toBeGreaterThan(0);
});

test("a job in somebody's hands is left there", async () => {
  const { star, fans } = await crowd(12);
  const made = mesh.timeline.ids.next();
  await leaveJob(made, star, "", "1 minute");
  await settleHomes(mesh);
  expect((await jobs()).map(({ entry_id }) => entry_id)).toEqual([made]);
  expect(await having(fans, made)).toEqual([]);
  await mesh.timeline.db.query(sql`delete from fanout_job`);
});

test("an entry that nobody keeps waits, and is delivered when it is there", async () => {
  const { star, fans } = await crowd(12);
  const made = await post(mesh, star, "put aside");
  await settleHomes(mesh);
  const late = mesh.timeline.ids.next();
  await leaveJob(late, star, "", "-1 second");
  await settleHomes(mesh);
  expect((await jobs()).map(({ entry_id }) => entry_id)).toEqual([late]);
  await mesh.timeline.db.query(sql`insert into entry select actor_id, ${late}, post_id, author_id, shard, tier, is_share, is_reply, at
    from entry where entry_id = ${made}`);
  await mesh.timeline.db.query(sql`update fanout_job set taken_until = now()`);
  await settleHomes(mesh);
  expect(await having(fans, late)).toEqual(fans);
});

test("a delivery that failed is tried again soon, however long ago it began", async () => {
  const { star } = await crowd(12);
  const made = await post(mesh, star, "held up");
  await settleHomes(mesh);
  await mesh.timeline.db.query(sql`insert into fanout_job (entry_id, actor_id, cursor, created_at, taken_until)
    values (${made}, ${star}, 'all:99999 ffffffff-ffff-ffff-ffff-ffffffffffff', now() - interval '30 minutes', now())`);
  await mesh.timeline.homes.lane.drain().catch(() => undefined); // no bucket has this number
  const [row] = await mesh.timeline.db.query(
    sql`select taken_by, taken_until < now() + interval '1 minute' as soon from fanout_job`,
  );
  expect(row).toEqual({ taken_by: null, soon: true });
  await mesh.timeline.db.query(sql`delete from fanout_job`);
});

test("operators see what waits, and how somebody's posts travel", async () => {
  const { star } = await crowd(12);
  await leaveJob(mesh.timeline.ids.next(), star, "", "1 minute");
  const status = await mesh
    .client(ProjectionAdminService)
    .getFanoutStatus({ accountId: star }, as(star, { roles: [Role.ADMIN] }));
  expect(status).toMatchObject({ jobs: 1n, eventsBehind: 0n, tier: 1, followers: 12n });
  expect(status.oldestJob).toBeDefined();
  await mesh.timeline.db.query(sql`delete from fanout_job`);
});
