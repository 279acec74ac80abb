import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { ProjectionAdminService } from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { as } from "#mesh/testing.ts";
import { baseScore, WINDOW_MS, windowOf } from "../rules/base-score.ts";
import { firstIdAt } from "../rules/entry-ids.ts";
import { FIRST_WEIGHTS } from "../rules/ranking-config.ts";
import { readScores, readSignals } from "../store/scores.ts";
import { like } from "../testing/deeds.ts";
import { post } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const HOUR = 3_600_000;
const now = () => mesh.clock.now().getTime();
const admin = () => mesh.client(ProjectionAdminService);
const operator = () => as(mesh.timeline.ids.next(), { roles: [Role.ADMIN] });
const rescoreNow = () => admin().rescoreTimelines({}, operator());
const runJob = async () => {
  while (!(await mesh.runJob("timeline", "rescore-posts")));
};
/** A post of some time ago, with likes. */
async function liked(agoMs: number, likes: number) {
  const [authorId, createdMs] = [mesh.timeline.ids.next(), now() - agoMs];
  const of = { authorId, postId: await post(mesh, authorId, "x", { createdAt: timestampFromMs(createdMs) }) };
  for (let n = 0; n < likes; n++) await like(mesh, mesh.timeline.ids.next(), of);
  await mesh.settle();
  return { ...of, createdMs };
}
const likesOf = async (postId: string, windowMs = windowOf(now())) =>
  (await readSignals(mesh.timeline, [postId], windowMs)).get(postId)?.likes;
/** Within a window with enough of it left for a test. */
async function intoWindow() {
  const begun = now() - windowOf(now());
  mesh.clock.advance(begun > WINDOW_MS / 3 ? WINDOW_MS - begun + 1_000 : 0);
  await runJob();
}

test("a post keeps its score for a quarter of an hour, until it is counted anew or somebody asks for that", async () => {
  await intoWindow();
  const of = await liked(HOUR, 2);
  await rescoreNow();
  expect(await likesOf(of.postId)).toBe(2);
  const scores = await readScores(mesh.timeline, [of.postId], windowOf(now()));
  const signals = { likes: 2, replies: 0, shares: 0, moderation: 0, createdMs: of.createdMs };
  expect(scores.get(of.postId)).toBeCloseTo(baseScore(signals, windowOf(now()), FIRST_WEIGHTS), 12);
  await like(mesh, mesh.timeline.ids.next(), of);
  await mesh.settle();
  mesh.clock.advance(6_000);
  await runJob(); // the window was counted already
  expect(await likesOf(of.postId)).toBe(2);
  const { posts, window } = await rescoreNow();
  expect(posts).toBeGreaterThan(0n);
  expect(Number(window?.seconds) * 1_000).toBe(windowOf(now()));
  expect(await likesOf(of.postId)).toBe(3);
});

test("each window is counted when it has begun; the one before stays as it was, older ones go", async () => {
  await intoWindow();
  const of = await liked(HOUR, 1);
  await rescoreNow();
  const first = windowOf(now());
  await like(mesh, mesh.timeline.ids.next(), of);
  await mesh.settle();
  mesh.clock.advance(WINDOW_MS);
  await runJob();
  expect(await likesOf(of.postId)).toBe(2);
  expect(await likesOf(of.postId, first)).toBe(1);
  mesh.clock.advance(WINDOW_MS);
  await runJob();
  const windows = await mesh.timeline.db.query<{ at: string }>(
    sql`select distinct window_at as at from post_signal order by 1`,
  );
  expect(windows.map(({ at }) => Date.parse(at))).toEqual([first + WINDOW_MS, first + 2 * WINDOW_MS]);
});

test("what was made within the window is read as it is, a moment late at most", async () => {
  await intoWindow();
  const of = await liked(0, 1);
  await rescoreNow();
  expect(await likesOf(of.postId)).toBe(1);
  await like(mesh, mesh.timeline.ids.next(), of);
  await mesh.settle();
  mesh.clock.advance(6_000);
  expect(await likesOf(of.postId)).toBe(2);
});

test("only recent posts are counted, and a deleted one is not; who is no post has no score", async () => {
  await intoWindow();
  const { db, ids } = mesh.timeline;
  const [gone, kept] = [await liked(HOUR, 1), await liked(HOUR, 1)];
  const oldId = firstIdAt(now() - 4 * 24 * HOUR);
  await db.query(sql`insert into post (post_id, author_id, shard, version, state, audience, created_at)
    values (${oldId}, ${ids.next()}, 0, 1, 1, 1, ${new Date(now() - 4 * 24 * HOUR)})`);
  await db.query(sql`update post set state = 2 where post_id = ${gone.postId}`);
  await rescoreNow();
  const rows = await db.query<{ post_id: string }>(sql`select post_id from post_signal
    where window_at = ${new Date(windowOf(now()))} and post_id = any(${[gone.postId, kept.postId, oldId]}::uuid[])`);
  expect(rows).toEqual([{ post_id: kept.postId }]);
  // What is not counted has a score all the same, from its counters as they are.
  expect([...(await readScores(mesh.timeline, [oldId, ids.next()], windowOf(now()))).keys()]).toEqual([oldId]);
});

test("other weights hold for what is counted already, at once, and a viewer's factors for that viewer alone", async () => {
  await intoWindow();
  const few = await liked(HOUR, 0);
  const many = await liked(2 * HOUR, 3);
  await rescoreNow();
  const scores = (...factors: Parameters<typeof readScores>[3][]) =>
    readScores(mesh.timeline, [few.postId, many.postId], windowOf(now()), ...factors);
  const best = async (...factors: Parameters<typeof readScores>[3][]) => {
    const found = await scores(...factors);
    return (found.get(few.postId) ?? 0) > (found.get(many.postId) ?? 0) ? "few" : "many";
  };
  expect(await best()).toBe("many");
  expect(await best({ likes: 0.01, replies: 0, shares: 0, age: 2, affinity: 0 })).toBe("few");
  expect(await best()).toBe("many");
  await admin().updateRankingConfig({ config: {}, updateMask: { paths: ["likes"] } }, operator());
  expect(await best()).toBe("few");
});

test("asking again costs nothing where it was asked before", async () => {
  await intoWindow();
  const posts = [await liked(HOUR, 0), await liked(HOUR, 1)].map(({ postId }) => postId);
  await rescoreNow();
  await readScores(mesh.timeline, posts, windowOf(now()));
  const silent = { ...mesh.timeline, db: undefined as never };
  expect((await readScores(silent, posts, windowOf(now()))).size).toBe(2);
});
