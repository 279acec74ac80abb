import { expect, test } from "vitest";
import { PostDeletedSchema, PostLikedSchema, PostSharedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { type Context, within } from "#mesh/context.ts";
import { copiesOf } from "../store/apply-posts.ts";
import { people, post } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";
import { homesKey } from "./buckets.ts";
import { readCards } from "./cards.ts";
import { keepCopies } from "./copies.ts";
import { readCounts, readPage } from "./counts.ts";
import { createMemory } from "./memory.ts";
import { createPlaceNews } from "./place-news.ts";

/** What work spends, counted as a call's budget is. */
async function spending<T>(work: () => Promise<T>): Promise<[T, object]> {
  const spent = { sql: 0, redis: 0, rpc: 0 };
  return [await within({ spent } as unknown as Context, work), spent];
}

/** The same process with nothing in memory. */
const forgetful = (mesh: TimelineMesh): TimelineMesh["timeline"] => ({
  ...mesh.timeline,
  ...{ posts: createMemory(100), shares: createMemory(100), placeNews: createPlaceNews(100, () => 0) },
});

/** Posts by one of two, quoted and shared by the other; the ids of a page that shows all of it. */
async function somePosts(
  mesh: TimelineMesh,
): Promise<{ ids: string[]; ann: string; bob: string; first: string; second: string }> {
  const { ann, bob } = await people(mesh, "ann", "bob");
  const first = await post(mesh, ann, "first");
  const second = await post(mesh, ann, "second", { quoted: { postId: first, authorId: ann } });
  const shareId = mesh.timeline.ids.next();
  await mesh.announce(PostSharedSchema, { sharerId: bob, postId: second, authorId: ann, shareId });
  await mesh.announce(PostLikedSchema, { likerId: bob, postId: first, authorId: ann });
  await mesh.settle();
  return { ids: [shareId], ann, bob, first, second };
}

test("a warm page costs one trip to Redis, a process that knows nothing two for each step, and nobody asks the database", async () => {
  await using mesh = await startTimeline();
  const { ids, first } = await somePosts(mesh);
  const deps = forgetful(mesh);
  const [cold, spentCold] = await spending(() => readPage(deps, ids));
  expect(spentCold).toEqual({ sql: 0, redis: 6, rpc: 0 }); // the news, the share, then twice a post and its card
  const [warm, spentWarm] = await spending(() => readPage(deps, ids));
  expect(spentWarm).toEqual({ sql: 0, redis: 1, rpc: 0 });
  expect({ ...warm, proof: undefined }).toEqual({ ...cold, proof: undefined });
  expect(warm.proof).toBeDefined();
  expect((await readPage(deps, ids, { before: warm })) === warm).toBe(true);
  expect([warm.entries.size, warm.cards.size]).toEqual([3, 2]);
  expect(warm.counts.get(first)).toMatchObject({ likes: 1n, quotes: 1n });
});

test("a Redis that has lost its memory is refilled, and what it still has of before counts for nothing", async () => {
  await using mesh = await startTimeline();
  const { ids, ann, first } = await somePosts(mesh);
  const known = await readPage(mesh.timeline, ids);
  const { client } = mesh.timeline.redis;
  await client.del(homesKey(0));
  const [page, spent] = await spending(() => readPage(mesh.timeline, ids));
  expect(page).toEqual(known);
  expect(spent).toMatchObject({ sql: 1 }); // all that memory foresaw, at once
  const unknown = mesh.timeline.ids.next();
  const both = await spending(() => Promise.all([1, 2].map(() => readPage(mesh.timeline, [...ids, unknown]))));
  expect(both[0]).toEqual([known, known]);
  expect(both[1]).toMatchObject({ sql: 1 }); // two who ask for the same at once
  expect((await spending(() => readPage(mesh.timeline, ids)))[1]).toEqual({ sql: 0, redis: 1, rpc: 0 });

  await mesh.announce(PostDeletedSchema, { authorId: ann, postId: first, version: 2n });
  await mesh.settle();
  expect((await readCards(mesh.timeline, [first])).get(first)?.deleted).toBe(true);
});

test("what happens while Redis is away is seen at once, and by Redis when it is back", async () => {
  await using mesh = await startTimeline();
  const { ids, ann, first, second } = await somePosts(mesh);
  await readPage(mesh.timeline, ids);
  const { client } = mesh.timeline.redis;
  client.disconnect();
  await mesh.announce(PostDeletedSchema, { authorId: ann, postId: first, version: 2n });
  await mesh.announce(PostLikedSchema, { likerId: ann, postId: second, authorId: ann });
  await mesh.settle();
  const expectSeen = async () => {
    expect((await readCards(mesh.timeline, [first])).get(first)?.deleted).toBe(true);
    expect((await readCounts(mesh.timeline, [second])).get(second)).toMatchObject({ likes: 1n });
  };
  await expectSeen();
  await client.connect();
  await mesh.runJob("timeline", "mend-copies");
  await expectSeen();
  expect((await spending(() => readCards(mesh.timeline, [first])))[1]).toMatchObject({ sql: 0 });
  mesh.clock.advance(6_000);
  await mesh.runJob("timeline", "mend-copies");
  expect(await mesh.timeline.db.query({ text: "select id from stale_copy", values: [], name: "" })).toEqual([]);
});

test("what a slow reader brings late does not replace what is newer", async () => {
  await using mesh = await startTimeline();
  const { ann, first } = await somePosts(mesh);
  const late = await copiesOf(mesh.timeline.db, [first]);
  await mesh.announce(PostDeletedSchema, { authorId: ann, postId: first, version: 2n });
  await mesh.announce(PostLikedSchema, { likerId: ann, postId: first, authorId: ann });
  await mesh.settle();
  expect(await keepCopies(mesh.timeline, late)).toBe(true);
  const page = await readPage(forgetful(mesh), [first]);
  expect(page.cards.get(first)).toMatchObject({ version: 2n, deleted: true });
  expect(page.counts.get(first)).toMatchObject({ likes: 2n });
});
