import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import {
  PostLikedSchema,
  PostQuotedSchema,
  PostSharedSchema,
  PostUnlikedSchema,
  PostUnsharedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { Done, STEP_MS } from "../rules/engagement-steps.ts";
import { engagementOf, trendingTags } from "../store/windows.ts";
import { post } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";

const HOUR = 3_600_000;

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline();
});
afterAll(() => mesh[Symbol.asyncDispose]());
beforeEach(() => mesh.timeline.db.query(sql`with tags as (delete from tag_step) delete from engagement_step`));

const id = () => mesh.timeline.ids.next();
const window = (ms: number, aheadMs = 0) => ({
  now: new Date(mesh.clock.now().getTime() + aheadMs),
  ms,
  halfLifeMs: HOUR,
});
const engaged = async (postId: string, ms = HOUR, aheadMs = 0) => {
  const rows = await engagementOf(mesh.timeline.db, [postId], window(ms, aheadMs));
  return rows.map(({ kind, amount }) => [kind, amount]);
};

test("what happens to a post is added up by kind; what is taken back does not count, nor what authors do themselves", async () => {
  const [postId, authorId] = [id(), id()];
  const likers = Array.from({ length: 7 }, id);
  const like = (likerId: string) => ({ likerId, postId, authorId });
  const share = (sharerId: string) => ({ sharerId, postId, authorId, shareId: id() });
  const undone = share(id());
  await mesh.announce(PostLikedSchema, ...likers.map(like), like(authorId));
  await mesh.announce(PostUnlikedSchema, ...likers.slice(0, 2).map(like), like(authorId));
  await mesh.announce(PostSharedSchema, share(id()), undone, share(authorId));
  await mesh.announce(PostUnsharedSchema, undone);
  const quote = { postId: id(), quotedPostId: postId, quotedAuthorId: authorId };
  await mesh.announce(PostQuotedSchema, { ...quote, authorId: id() }, { ...quote, authorId });
  const reply = { rootId: postId, parentId: postId, parentAuthorId: authorId };
  await post(mesh, id(), "yes", { reply });
  await post(mesh, id(), "for followers", { reply, audience: Audience.FOLLOWERS });
  await post(mesh, id(), "just us", { reply, audience: Audience.MENTIONED, mentionedIds: [authorId] });
  await post(mesh, authorId, "and another thing", { reply });
  await mesh.settle();
  expect(await engaged(postId)).toEqual([
    [Done.LIKED, 5],
    [Done.SHARED, 1],
    [Done.REPLIED, 2],
    [Done.QUOTED, 1],
  ]);
});

test("a window slides over its steps, and what is long ago counts for less", async () => {
  const { db } = mesh.timeline;
  const postId = id();
  const now = mesh.clock.now().getTime();
  for (const [ago, amount] of [
    [0, 1],
    [2 * HOUR, 10],
    [30 * HOUR, 100],
  ] as const)
    await db.query(
      sql`insert into engagement_step values (${new Date(now - ago)}, ${postId}, ${Done.LIKED}, ${amount})`,
    );
  expect(await engaged(postId)).toEqual([[Done.LIKED, 1]]);
  expect(await engaged(postId, 24 * HOUR)).toEqual([[Done.LIKED, 11]]);
  expect(await engaged(postId, 48 * HOUR)).toEqual([[Done.LIKED, 111]]);
  expect(await engaged(postId, 24 * HOUR, HOUR)).toEqual([[Done.LIKED, 11]]);
  expect(await engaged(postId, HOUR, 2 * HOUR)).toEqual([]);
  const [heat] = await engagementOf(db, [postId], { now: new Date(now), ms: 24 * HOUR, halfLifeMs: HOUR });
  expect(heat?.heat).toBeCloseTo(1 + 10 / 4, 3);
});

test("tags of public posts trend by how many use them, not by how often one does", async () => {
  const [a, b, c] = [id(), id(), id()];
  const say = (authorId: string, tag: string, audience: Audience = Audience.PUBLIC) =>
    post(mesh, authorId, `#${tag}`, { hashtags: [tag], audience });
  for (const authorId of [a, b, c]) await say(authorId, "town");
  for (let n = 0; n < 5; n++) await say(a, "mine");
  for (const authorId of [a, b, c]) await say(authorId, "secret", Audience.FOLLOWERS);
  await mesh.settle();
  const found = await trendingTags(mesh.timeline.db, window(HOUR), { least: 2, most: 10 });
  expect(found).toMatchObject([{ tag: "town", authors: 3, uses: 3 }]);
  const alone = await trendingTags(mesh.timeline.db, window(HOUR), { least: 1, most: 10 });
  expect(alone.find(({ tag }) => tag === "mine")).toMatchObject({ authors: 1, uses: 5 });
  expect(alone.map(({ tag }) => tag)[0]).toBe("town");
});

test("steps that no window looks at are dropped, the others are not", async () => {
  const { db } = mesh.timeline;
  const now = mesh.clock.now().getTime();
  for (const ago of [STEP_MS, 24 * HOUR, 49 * HOUR, 100 * HOUR]) {
    await db.query(sql`insert into engagement_step values (${new Date(now - ago)}, ${id()}, 1, 1)`);
    await db.query(sql`insert into tag_step values (${new Date(now - ago)}, 'x', ${id()}, 1)`);
  }
  while (!(await mesh.runJob("timeline", "drop-steps")));
  expect(await db.query(sql`select 1 from engagement_step`)).toHaveLength(2);
  expect(await db.query(sql`select 1 from tag_step`)).toHaveLength(2);
});
