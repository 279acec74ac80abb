import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FanoutTier } from "#gen/skein/graph/v1/counts_pb.ts";
import { FanoutTierChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { ItemSource, TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { bucketOf, tagOfBucket } from "../hot/buckets.ts";
import { followTag, like } from "../testing/deeds.ts";
import { home, leafThrough, postsOf } from "../testing/pages.ts";
import { follow, people, post, posts } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline({ TIMELINE_HEAD_ENTRIES: "20", TIMELINE_HOME_ENTRIES: "100" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const { CHRONOLOGICAL, RANKED } = TimelineMode;
const keyOf = (viewerId: string) => `timeline:${tagOfBucket(bucketOf(viewerId))}:pins:${viewerId}`;
const redis = () => mesh.timeline.redis.client;

async function homeOf(count: number) {
  const { ann, bob } = await people(mesh, "ann", "bob");
  await follow(mesh, ann, bob);
  const made = await posts(mesh, bob, count);
  await mesh.settle();
  return { ann, bob, made };
}

test("the order of a head stays what it was when its first page was read, whatever is liked meanwhile", async () => {
  const { ann, bob, made } = await homeOf(12);
  const first = await home(mesh, ann, { mode: RANKED, pageSize: 4 });
  const pinned = postsOf((await home(mesh, ann, { mode: RANKED, pageSize: 100 })).items);
  for (const postId of made.slice(0, 5)) await like(mesh, ann, { authorId: bob, postId });
  await mesh.settle();
  await mesh.runJob("timeline", "rescore-posts");
  const second = await home(mesh, ann, { pageSize: 100, pageToken: first.nextPageToken });
  expect(second).toMatchObject({ reset: false, mode: RANKED, nextPageToken: "" });
  expect([...postsOf(first.items), ...postsOf(second.items)]).toEqual(pinned);
});

test("where the pinned order is gone, the answer is a first page and says so", async () => {
  const { ann } = await homeOf(12);
  const { nextPageToken } = await home(mesh, ann, { mode: RANKED, pageSize: 4 });
  await redis().del(keyOf(ann));
  const again = await home(mesh, ann, { pageSize: 4, pageToken: nextPageToken });
  expect(again.reset).toBe(true);
  expect(again.items).toHaveLength(4);
  const rest = await home(mesh, ann, { pageSize: 100, pageToken: again.nextPageToken });
  expect(rest.reset).toBe(false);
  expect(new Set([...postsOf(again.items), ...postsOf(rest.items)]).size).toBe(12);
});

test("two orders are pinned for one viewer, and a third takes the place of the oldest; they live a quarter of an hour", async () => {
  const { ann } = await homeOf(6);
  const tokens: string[] = [];
  for (let n = 0; n < 3; n++) tokens.push((await home(mesh, ann, { mode: RANKED, pageSize: 2 })).nextPageToken);
  const resets: boolean[] = [];
  for (const pageToken of tokens.toReversed()) resets.push((await home(mesh, ann, { pageSize: 2, pageToken })).reset);
  expect(resets).toEqual([false, false, true]);
  expect(await redis().pttl(keyOf(ann))).toBeGreaterThan(14 * 60_000);
});

test.each([
  ["by time", CHRONOLOGICAL],
  ["ranked", RANKED],
])("scrolling back goes on from storage beyond what is kept hot, without a seam: %s", async (_, mode) => {
  const { ann, made } = await homeOf(230);
  await home(mesh, ann);
  const read = postsOf(await leafThrough(mesh, ann, { mode, pageSize: 30 }));
  expect(read).toHaveLength(230);
  expect(read.toSorted()).toEqual(made.toSorted());
  expect(read.slice(20)).toEqual(made.toReversed().slice(20));
});

test("posts that were never delivered, and those of followed tags, are in the one order, also far back", async () => {
  const { ann, bob, made } = await homeOf(30);
  const { star, eve } = await people(mesh, "star", "eve");
  await mesh.announce(FanoutTierChangedSchema, {
    ...{ accountId: star, tier: FanoutTier.PULL, followers: 20_000n },
    changedAt: timestampFromDate(mesh.clock.now()),
  });
  await mesh.settle();
  await follow(mesh, ann, star);
  await followTag(mesh, ann, "weaving");
  made.push(...(await posts(mesh, star, 60)), await post(mesh, eve, "tagged", { hashtags: ["weaving"] }));
  made.push(...(await posts(mesh, bob, 90)), await post(mesh, eve, "tagged", { hashtags: ["weaving"] }));
  made.push(...(await posts(mesh, star, 70)));
  await mesh.settle();
  const read = await leafThrough(mesh, ann, { mode: CHRONOLOGICAL, pageSize: 40 });
  expect(postsOf(read)).toEqual(made.toReversed());
  const sources = new Set(read.map(({ source }) => source));
  expect([ItemSource.PULLED, ItemSource.HASHTAG, ItemSource.STORED].every((source) => sources.has(source))).toBe(true);
});

test("without Redis a home goes by time from the first page on, and says so", async () => {
  const { ann, made } = await homeOf(6);
  const real = redis().sendCommand;
  redis().sendCommand = () => Promise.reject(new Error("away"));
  try {
    const first = await home(mesh, ann, { mode: RANKED, pageSize: 4 });
    expect(first).toMatchObject({ mode: CHRONOLOGICAL, reset: false });
    const second = await home(mesh, ann, { pageSize: 4, pageToken: first.nextPageToken });
    expect(postsOf([...first.items, ...second.items])).toEqual(made.toReversed());
  } finally {
    redis().sendCommand = real;
  }
});
