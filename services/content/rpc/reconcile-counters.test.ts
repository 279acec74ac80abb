import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  BatchGetEngagementRequestSchema,
  EngagementService,
  type ReconcileCountersRequest,
} from "#gen/skein/content/v1/engagement_service_pb.ts";
import { PollService } from "#gen/skein/content/v1/poll_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { callWithin } from "../testing/call-within.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { batchGetEngagement } from "./batch-get-engagement.ts";

let mesh: ContentMesh;
let people: Record<"ann" | "bob" | "cid", string>;
beforeAll(async () => {
  mesh = await startContent();
  people = await settle(mesh, "ann", "bob", "cid");
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(EngagementService);
const admin = () => as(people.ann, { roles: [Role.ADMIN] });
const reconcile = (asked: Partial<Pick<ReconcileCountersRequest, "postIds" | "dryRun" | "pageSize" | "pageToken">>) =>
  client().reconcileCounters(asked, admin());
const countsOf = async (postId: string) => (await client().likePost({ postId }, as(people.ann))).counts;
const fold = async () => {
  while (!(await mesh.runJob("content", "fold-counts"))); // the host may be at it by itself
};

/** A post with something of everything: three likes, a share, a reply, a quote, a poll with two voters. */
async function busyPost(): Promise<string> {
  const { ann, bob, cid } = people;
  const poll = { options: ["red", "green"], multiple: true, openFor: { seconds: 600n } };
  const postId = await postAs(mesh, ann, { poll });
  for (const who of [ann, bob, cid]) await client().likePost({ postId }, as(who));
  await client().sharePost({ postId }, as(bob));
  await postAs(mesh, bob, { replyToId: postId });
  await postAs(mesh, cid, { quoteId: postId });
  await mesh.client(PollService).votePoll({ postId, options: [0, 1] }, as(bob));
  await mesh.client(PollService).votePoll({ postId, options: [1] }, as(cid));
  return postId;
}

const TRUE = { likes: 3n, shares: 1n, replies: 1n, quotes: 1n, voters: 2n, votes: [1n, 2n] };

test("where nothing is wrong nothing is found, and what is not folded yet is not taken for missing", async () => {
  const postId = await busyPost();
  for (const when of ["unfolded", "folded"]) {
    if (when === "folded") await fold();
    expect(await reconcile({ postIds: [postId] }), when).toMatchObject({ drifts: [], checked: 1, nextPageToken: "" });
    expect(await countsOf(postId), when).toMatchObject({ likes: 3n, shares: 1n, replies: 1n, quotes: 1n });
  }
});

test("an injected error of every kind is found, told with both sides, and gone after it was repaired", async () => {
  const postId = await busyPost();
  await fold();
  await mesh.content.db.query(sql`update post_count set likes = -2, shares = 5, replies = 0, quotes = 3, voters = 1
    where post_id = ${postId}`);
  await mesh.content.db.query(sql`update poll_option set votes = votes + 4 where post_id = ${postId} and option = 1`);
  expect(await countsOf(postId)).toMatchObject({ likes: 0n, shares: 5n }); // damaged, but no reason to show nothing
  const kept = { likes: -2n, shares: 5n, replies: 0n, quotes: 3n, voters: 1n, votes: [1n, 6n] };
  const found = [{ postId, kept, counted: TRUE }];
  expect((await reconcile({ postIds: [postId], dryRun: true })).drifts).toMatchObject(found);
  expect((await reconcile({ postIds: [postId.toUpperCase()] })).drifts).toMatchObject(found);
  expect((await reconcile({ postIds: [postId] })).drifts).toEqual([]);
  expect(await countsOf(postId)).toMatchObject({ likes: 3n, shares: 1n, replies: 1n, quotes: 1n });
  const { results } = await mesh.client(PollService).getPollResults({ postId });
  expect(results).toMatchObject({ votes: [1n, 2n], voters: 2n });
});

test("counters that were lost whole come back, and what is counted meanwhile is in them", async () => {
  const postId = await busyPost();
  await fold();
  await mesh.content.db.query(sql`delete from post_count where post_id = ${postId}`);
  await mesh.content.db.query(sql`delete from poll_option where post_id = ${postId}`);
  await client().unlikePost({ postId }, as(people.cid)); // counted below zero until the rest is back
  const reports = await Promise.all(Array.from({ length: 4 }, () => reconcile({ postIds: [postId] })));
  expect(reports.flatMap(({ drifts }) => drifts)).toHaveLength(1);
  expect(await countsOf(postId)).toMatchObject({ likes: 2n, shares: 1n, replies: 1n, quotes: 1n });
  expect((await reconcile({ postIds: [postId] })).drifts).toEqual([]);
});

test("without names it goes through all posts, page by page", async () => {
  const damaged = [await busyPost(), await busyPost()];
  await fold();
  await mesh.content.db.query(sql`update post_count set likes = 9 where post_id = any(${damaged}::uuid[])`);
  const drifts: string[] = [];
  let checked = 0;
  for (let pageToken = "", more = true; more; more = pageToken !== "") {
    const page = await reconcile({ pageSize: 4, pageToken });
    drifts.push(...page.drifts.map(({ postId }) => postId));
    checked += page.checked;
    pageToken = page.nextPageToken;
  }
  expect(drifts).toEqual(damaged);
  const [all] = await mesh.content.db.query<{ count: number }>(sql`select count(*)::int as count from post`);
  expect(checked).toBe(all?.count);
  expect(await reconcile({ postIds: [mesh.content.ids.next()] })).toMatchObject({ drifts: [], checked: 0 });
});

test("ranking gets the same exact counters, of posts that are out, with a version that grows when they change", async () => {
  const batch = batchGetEngagement(mesh.content);
  const engagement = (...postIds: string[]) =>
    callWithin(mesh, EngagementService.method.batchGetEngagement, people.ann, (ctx) =>
      batch(create(BatchGetEngagementRequestSchema, { postIds }), ctx),
    );
  const postId = await busyPost();
  await fold();
  const [before] = (await engagement(postId)).engagements ?? [];
  expect(before).toMatchObject({
    postId,
    authorId: people.ann,
    counts: { likes: 3n, shares: 1n, replies: 1n, quotes: 1n },
  });
  await client().unlikePost({ postId }, as(people.bob));
  await fold();
  const gone = await postAs(mesh, people.ann);
  await mesh.content.db.query(sql`update post set state = 'TOMBSTONE' where id = ${gone}`);
  const [after, ...more] = (await engagement(postId, gone, mesh.content.ids.next())).engagements ?? [];
  expect(more).toEqual([]);
  expect(after?.counts?.likes).toBe(2n);
  expect(after?.version).toBeGreaterThan(before?.version ?? 0n);
});

test("it is for administrators", async () => {
  expect(await refusal(client().reconcileCounters({}, as(people.bob)))).toMatchObject({
    code: Code.PermissionDenied,
    reason: "ROLE_MISSING",
  });
});
