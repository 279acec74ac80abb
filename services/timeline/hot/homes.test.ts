import { afterAll, beforeAll, expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { PostPublishedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { bundle } from "../rules/bundles.ts";
import { bytesOf, idsIn } from "../rules/entry-ids.ts";
import { homeOf, hotHomeOf, newest, settleHomes, sourceOf } from "../testing/homes.ts";
import { follow, people, post } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";
import { bucketOf } from "./buckets.ts";
import { deliver } from "./deliver.ts";
import { forgetHome, readHome } from "./homes.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline({ TIMELINE_HOME_ENTRIES: "100" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

/** Somebody who follows somebody else, known everywhere. */
async function pair() {
  const { ann, bob } = await people(mesh, "ann", "bob");
  await follow(mesh, ann, bob);
  await mesh.settle();
  return { ann, bob };
}

async function posts(authorId: string, count: number): Promise<string[]> {
  const made = Array.from({ length: count }, () => mesh.timeline.ids.next());
  await mesh.announce(
    PostPublishedSchema,
    ...made.map((id) => ({ authorId, postId: id, card: { id, authorId, audience: Audience.PUBLIC, version: 1n } })),
  );
  await settleHomes(mesh);
  return made;
}

const push = (viewerId: string, ...entries: string[]) =>
  deliver(
    mesh.timeline,
    mesh.timeline.homes.small,
    entries.map((id) => ({ bucket: bucketOf(viewerId), bundles: bundle(id, bytesOf(viewerId)) })),
  );

/** Lets something happen between the moment when storage was read and that when the home is filled. */
const readingWhile = (viewerId: string, happens: () => Promise<unknown>, flights = mesh.timeline.homes.flights) => {
  let due = true;
  const { db } = mesh.timeline;
  const query: typeof db.query = async (statement) => {
    const rows = await db.query(statement);
    if (due && statement.text.includes("uuid_send")) {
      due = false;
      await happens();
    }
    return rows as never;
  };
  return readHome({ ...mesh.timeline, db: { ...db, query }, homes: { ...mesh.timeline.homes, flights } }, viewerId);
};

/** Reads as another process would, which knows nothing of what is under way here. */
const elsewhere = (viewerId: string) =>
  readHome({ ...mesh.timeline, homes: { ...mesh.timeline.homes, flights: new Map() } }, viewerId);

test("a home is built from storage once and is hot from then on, with what comes and with what its owner does", async () => {
  const { ann, bob } = await pair();
  const old = await post(mesh, bob, "old");
  await settleHomes(mesh);
  expect(await hotHomeOf(mesh, ann)).toBeUndefined();
  expect(await sourceOf(mesh, ann)).toBe("STORED");
  expect(await sourceOf(mesh, ann)).toBe("HOT");
  const [fresh, own] = [await post(mesh, bob, "new"), await post(mesh, ann, "mine")];
  await settleHomes(mesh);
  expect(await hotHomeOf(mesh, ann)).toEqual(newest(old, fresh, own));
});

test("a home that nobody has read is not written; it has everything when its owner comes back", async () => {
  const { ann, bob } = await pair();
  await homeOf(mesh, ann);
  await forgetHome(mesh.timeline, ann);
  const made = await posts(bob, 3);
  expect(await hotHomeOf(mesh, ann)).toBeUndefined();
  expect(await homeOf(mesh, ann)).toEqual(newest(...made));
});

test("an empty home is a home: what comes is delivered to it", async () => {
  const { ann, bob } = await pair();
  expect(await homeOf(mesh, ann)).toEqual([]);
  expect(await readHome(mesh.timeline, ann)).toMatchObject({ source: "HOT", more: false });
  const made = await posts(bob, 1);
  expect(await hotHomeOf(mesh, ann)).toEqual(made);
});

test("what is delivered while a home is being filled is in it", async () => {
  const { ann, bob } = await pair();
  const before = await posts(bob, 2);
  let meanwhile: string[] = [];
  const read = await readingWhile(ann, async () => {
    meanwhile = await posts(bob, 2);
  });
  expect(idsIn(read.ids)).toEqual(newest(...before, ...meanwhile));
  expect(await hotHomeOf(mesh, ann)).toEqual(newest(...before, ...meanwhile));
});

test("a home that goes while it is being filled is begun anew: what was delivered to nobody is in storage", async () => {
  const { ann, bob } = await pair();
  const before = await posts(bob, 1);
  let meanwhile: string[] = [];
  const read = await readingWhile(ann, async () => {
    await forgetHome(mesh.timeline, ann);
    meanwhile = await posts(bob, 1);
    await elsewhere(ann);
  });
  expect(idsIn(read.ids)).toEqual(newest(...before, ...meanwhile));
  expect(await hotHomeOf(mesh, ann)).toEqual(newest(...before, ...meanwhile));
});

test("a home that goes, and that another begins to fill, is not filled by the first", async () => {
  const { ann, bob } = await pair();
  const before = await posts(bob, 1);
  let meanwhile: string[] = [];
  let found: unknown;
  const read = await readingWhile(ann, async () => {
    await forgetHome(mesh.timeline, ann);
    meanwhile = await posts(bob, 1);
    const other = Promise.withResolvers<void>();
    found = readingWhile(ann, () => other.promise, new Map());
    setImmediate(() => other.resolve());
  });
  await found;
  expect(idsIn(read.ids)).toEqual(newest(...before, ...meanwhile));
  expect(await hotHomeOf(mesh, ann)).toEqual(newest(...before, ...meanwhile));
});

test("two who fill one home at once leave it whole", async () => {
  const { ann, bob } = await pair();
  const made = await posts(bob, 5);
  const read = await Promise.all(Array.from({ length: 8 }, () => elsewhere(ann)));
  for (const { ids } of read) expect(idsIn(ids)).toEqual(newest(...made));
  expect(await hotHomeOf(mesh, ann)).toEqual(newest(...made));
});

test("entries lie in their order, each once, however they come", async () => {
  const { ann, bob } = await pair();
  const made = await posts(bob, 6);
  await homeOf(mesh, ann);
  await forgetHome(mesh.timeline, ann);
  const [first = "", second = "", third = "", fourth = ""] = made;
  await mesh.timeline.db.query({ text: "delete from entry where actor_id = $1", values: [bob], name: "gone" });
  await homeOf(mesh, ann);
  await push(ann, third, first, fourth, first, second, third, second);
  expect(await hotHomeOf(mesh, ann)).toEqual([fourth, third, second, first]);
});

test("a home keeps its newest entries and says that there are more; what is older than all of it is not taken", async () => {
  const { ann, bob } = await pair();
  const older = await posts(bob, 1);
  await homeOf(mesh, ann);
  const made = await posts(bob, 150);
  const kept = (await hotHomeOf(mesh, ann)) ?? [];
  expect(kept.length).toBeGreaterThanOrEqual(100);
  expect(kept.length).toBeLessThanOrEqual(130);
  expect(kept).toEqual(newest(...made).slice(0, kept.length));
  await push(ann, ...older);
  expect(await hotHomeOf(mesh, ann)).toEqual(kept);
  expect(await readHome(mesh.timeline, ann)).toMatchObject({ more: true });
  const few = await readHome(mesh.timeline, ann, { most: 10 });
  expect(idsIn(few.ids)).toEqual(kept.slice(0, 10));
  expect(few.more).toBe(true);
  for (const place of [0, 1, 7, kept.length - 2, kept.length - 1]) {
    const part = await readHome(mesh.timeline, ann, { most: 10, before: kept[place] });
    expect(idsIn(part.ids)).toEqual(kept.slice(place + 1, place + 11));
    expect(part.more).toBe(true);
  }
});

test("a part of a home ends where the home does", async () => {
  const { ann, bob } = await pair();
  const made = newest(...(await posts(bob, 5)));
  await homeOf(mesh, ann);
  for (const [place, before] of made.entries()) {
    const part = await readHome(mesh.timeline, ann, { most: 10, before });
    expect(idsIn(part.ids)).toEqual(made.slice(place + 1));
    expect(part).toMatchObject({ more: false, source: "HOT" });
  }
});

test("while a home is being filled it is cut back without losing the mark that it is not whole", async () => {
  const { ann, bob } = await pair();
  const before = await posts(bob, 3);
  let meanwhile: string[] = [];
  const read = await readingWhile(ann, async () => {
    meanwhile = await posts(bob, 140);
    expect(await hotHomeOf(mesh, ann)).toBeUndefined();
  });
  expect(idsIn(read.ids)).toEqual(newest(...before, ...meanwhile).slice(0, 100));
});
