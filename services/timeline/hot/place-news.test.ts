import { afterAll, beforeAll, expect, test } from "vitest";
import { PostDeletedSchema, PostLikedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { type Context, within } from "#mesh/context.ts";
import { copiesOf } from "../store/apply-posts.ts";
import { people, post } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";
import { readCards, readPage } from "./cards.ts";
import { keepCopies } from "./copies.ts";
import { readCounts } from "./counts.ts";
import { createMemory } from "./memory.ts";
import { createPlaceNews } from "./place-news.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline();
});
afterAll(() => mesh[Symbol.asyncDispose]());

/** Another process that stands on the same Redis. */
const another = (): TimelineMesh["timeline"] => ({
  ...mesh.timeline,
  ...{ posts: createMemory(1_000), shares: createMemory(1_000), placeNews: createPlaceNews(1_000, () => 0) },
});

async function tripsOf(work: () => Promise<unknown>): Promise<number> {
  const spent = { sql: 0, redis: 0, rpc: 0 };
  await within({ spent } as unknown as Context, work);
  expect(spent).toMatchObject({ sql: 0, rpc: 0 });
  return spent.redis;
}

async function twoPosts() {
  const { ann, bob } = await people(mesh, "ann", "bob");
  const ids = [await post(mesh, ann, "one"), await post(mesh, ann, "two")];
  await mesh.settle();
  const like = async () => {
    await mesh.announce(PostLikedSchema, { likerId: bob, postId: ids[0] as string, authorId: ann });
    await mesh.settle();
  };
  return { ann, ids, like };
}

test("what one process believes it asks anew when another has written it, and only that", async () => {
  const { ids, like } = await twoPosts();
  const deps = another();
  await readPage(deps, ids);
  expect(await tripsOf(() => readPage(deps, ids))).toBe(1);
  await like();
  const before = await readPage(another(), ids);
  expect(await tripsOf(() => readPage(deps, ids))).toBe(2);
  expect((await readPage(deps, ids)).counts).toEqual(before.counts);
  expect((await readCounts(deps, ids)).get(ids[0] as string)).toMatchObject({ likes: 1n });
  expect(await tripsOf(() => readPage(deps, ids))).toBe(1);
});

test("a page holds as long as nothing in it was written, whatever else was", async () => {
  const { ids, like } = await twoPosts();
  const other = await twoPosts();
  const deps = another();
  await readPage(deps, ids);
  const page = await readPage(deps, ids);
  await other.like();
  expect((await readPage(deps, ids, { before: page })) === page).toBe(true);
  await like();
  const next = await readPage(deps, ids, { before: page });
  expect(next.counts.get(ids[0] as string)).toMatchObject({ likes: 1n });
});

test("whoever has missed more news than are kept believes nothing any more", async () => {
  const { ids, like } = await twoPosts();
  const strangers = await twoPosts();
  const deps = another();
  await readPage(deps, ids);
  await like();
  const writes = await copiesOf(deps.db, strangers.ids);
  for (let n = 0; n < 300; n++) expect(await keepCopies(mesh.timeline, writes)).toBe(true);
  expect((await readCounts(deps, ids)).get(ids[0] as string)).toMatchObject({ likes: 1n });
});

test("those who ask at one moment hear the news together", async () => {
  const { ids } = await twoPosts();
  const deps = another();
  await readPage(deps, ids);
  expect(await tripsOf(() => Promise.all(Array.from({ length: 20 }, () => readPage(deps, ids))))).toBe(1);
});

test("what changed while Redis was away is not believed afterwards, also where Redis has dropped it meanwhile", async () => {
  const { ann, ids } = await twoPosts();
  const [first = ""] = ids;
  await readPage(mesh.timeline, ids);
  const { redis, homes, keysOf } = mesh.timeline;
  redis.client.disconnect();
  await mesh.announce(PostDeletedSchema, { authorId: ann, postId: first, version: 2n });
  await mesh.settle();
  await redis.client.connect();
  await homes.incarnations.settle();
  const { place, card } = keysOf(homes.incarnations.of(0) as string);
  await redis.client.unlink(place(first), card(first));
  await mesh.runJob("timeline", "mend-copies");
  expect((await readCards(mesh.timeline, [first])).get(first)?.deleted).toBe(true);
});

test("nothing is believed for ever, whatever was told and never happened", async () => {
  const { ids } = await twoPosts();
  let now = 0;
  const deps = { ...another(), placeNews: createPlaceNews(1_000, () => now) };
  await readPage(deps, ids);
  expect(await tripsOf(() => readPage(deps, ids))).toBe(1);
  now = 10 * 60_000;
  expect(await tripsOf(() => readPage(deps, ids))).toBe(2);
});
