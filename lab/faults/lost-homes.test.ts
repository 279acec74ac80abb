import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FanoutTier } from "#gen/skein/graph/v1/counts_pb.ts";
import { FanoutTierChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { readHome } from "../../services/timeline/hot/homes.ts";
import { idsIn } from "../../services/timeline/rules/entry-ids.ts";
import { pulledFor } from "../../services/timeline/store/pulled.ts";
import { homeOf, hotHomeOf, newest, settleHomes } from "../../services/timeline/testing/homes.ts";
import { follow, people, post } from "../../services/timeline/testing/people.ts";
import { startTimeline, type TimelineMesh } from "../../services/timeline/testing/start.ts";
import { type OwnRedis, startOwnRedis } from "./own-redis.ts";

let own: OwnRedis;
let mesh: TimelineMesh;
beforeAll(async () => {
  own = await startOwnRedis();
  mesh = await startTimeline({ REDIS_URL: own.url });
});
afterAll(async () => {
  await mesh[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});

/** Whatever the reader does about it, and however late it notices: never less than there is. */
async function cast() {
  const all = await people(mesh, "ann", "bob", "cem");
  await follow(mesh, all.ann, all.bob);
  await mesh.settle();
  const made = [await post(mesh, all.bob, "before")];
  await settleHomes(mesh);
  expect(await homeOf(mesh, all.ann)).toEqual(made);
  expect(await hotHomeOf(mesh, all.ann)).toEqual(made);
  return { ...all, made };
}

test("a Redis that forgets everything loses no entry, nor what is delivered while it does", async () => {
  const { ann, bob, made } = await cast();
  for (let turn = 0; turn < 3; turn++) {
    const [first] = await Promise.all([post(mesh, bob, "meanwhile"), own.flush()]);
    made.push(first, await post(mesh, bob, "after"));
    await settleHomes(mesh);
    expect(await homeOf(mesh, ann)).toEqual(newest(...made));
    made.push(await post(mesh, bob, "to a home that is hot again"));
    await settleHomes(mesh);
    expect(await hotHomeOf(mesh, ann)).toEqual(newest(...made));
  }
});

test("keys that are evicted one by one, whichever they are, leave no hole", async () => {
  const { ann, bob, cem, made } = await cast();
  await mesh.announce(FanoutTierChangedSchema, { accountId: cem, tier: FanoutTier.PULL });
  await follow(mesh, ann, cem);
  await mesh.settle();
  await using redis = Object.assign(new Redis(own.url), {
    async [Symbol.asyncDispose]() {
      redis.disconnect();
    },
  });
  const pulled: string[] = [];
  let keys: Buffer[] = [];
  for (let turn = 0; turn < 25; turn++) {
    if (keys.length === 0) keys = await keysOf(redis);
    const victim = keys.splice((turn * 7) % Math.max(1, keys.length), 1)[0];
    if (victim) await redis.del(victim);
    if (turn % 3 === 0) await homeOf(mesh, ann);
    made.push(await post(mesh, bob, `${turn}`));
    pulled.push(await post(mesh, cem, `${turn}`));
    await settleHomes(mesh);
    const { ids, mark } = await readHome(mesh.timeline, ann);
    expect(idsIn(ids)).toEqual(newest(...made));
    expect(idsIn((await pulledFor(mesh.timeline, [cem], mark)).ids)).toEqual(newest(...pulled));
  }
});

test("whoever took the place of a Redis without its last seconds is not believed", async () => {
  const { ann, bob, made } = await cast();
  await own.partReplica();
  made.push(await post(mesh, bob, "only the old one heard of it"));
  await settleHomes(mesh);
  expect(await hotHomeOf(mesh, ann)).toEqual(newest(...made));
  await own.promote();
  await back();
  expect(await homeOf(mesh, ann)).toEqual(newest(...made));
  made.push(await post(mesh, bob, "to the new one"));
  await settleHomes(mesh);
  expect(await hotHomeOf(mesh, ann)).toEqual(newest(...made));
});

test("while Redis is away homes are read from storage, and deliveries wait for it", async () => {
  const { ann, bob, made } = await cast();
  mesh.timeline.redis.client.disconnect();
  mesh.timeline.homes.small.client.disconnect();
  made.push(await post(mesh, bob, "nobody can be told"));
  const stored = () => mesh.timeline.feeds.applied("keep-posts", []);
  await stored();
  await expect.poll(() => homeOf(mesh, ann)).toEqual(newest(...made));
  for (const lane of [mesh.timeline.redis, mesh.timeline.homes.small]) await lane.client.connect();
  await back();
  await settleHomes(mesh);
  expect(await homeOf(mesh, ann)).toEqual(newest(...made));
  expect(await hotHomeOf(mesh, ann)).toEqual(newest(...made));
});

async function back(): Promise<void> {
  const { redis, homes } = mesh.timeline;
  const limit = AbortSignal.timeout(10_000);
  await Promise.all([redis, homes.small, homes.bulk].map((lane) => lane.whenUp(limit)));
}

/** Homes, canaries, marks: all that homes stand on. */
async function keysOf(redis: Redis): Promise<Buffer[]> {
  const [, keys] = await redis.scanBuffer(0, "MATCH", "*:homes*", "COUNT", 100_000);
  return keys;
}
