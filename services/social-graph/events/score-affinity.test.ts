import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  AccountMentionedSchema,
  PostLikedSchema,
  PostQuotedSchema,
  PostSharedSchema,
  PostUnlikedSchema,
  PostUnsharedSchema,
  ReplyCreatedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import { AffinityEvidence_Kind as Kind } from "#gen/skein/graph/v1/affinity_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, freshToken, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { announce, startGraphMesh } from "../testing/graph-mesh.ts";
import { crowd, settle } from "../testing/people.ts";

const DAY = 86_400_000;

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);
const postId = crypto.randomUUID();
const affinity = async (viewer: string, accountId: string) =>
  (await graph().getAffinity({ accountId }, as(viewer))).affinity;
const nameOf = (kind: Kind) => Object.entries(Kind).find(([, value]) => value === kind)?.[0];
const why = async (viewer: string, accountId: string) =>
  ((await affinity(viewer, accountId))?.evidence ?? []).map(({ kind, count }) => `${nameOf(kind)} ${count}`);
const like = (likerId: string, authorId: string) =>
  announce(mesh, "content", PostLikedSchema, {
    ...{ likerId, authorId, postId },
    likedAt: timestampFromDate(mesh.clock.now()),
  });

test("strangers are at 1, and follows bring near at once and without any event", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "near", 2);
  expect(await affinity(ann, bob)).toMatchObject({ accountId: bob, score: 1, evidence: [] });
  await graph().followAccount({ accountId: bob }, as(ann));
  expect(await affinity(ann, bob.toUpperCase())).toMatchObject({ score: 1.5 });
  expect(await affinity(bob, ann)).toMatchObject({ score: 1.25 });
  await graph().followAccount({ accountId: ann }, as(bob));
  expect(await why(ann, bob)).toEqual(["FOLLOWS 1", "FOLLOWED_BY 1"]);
});

test("each interaction counts for who did it, the weightiest first, and one's own posts for nobody", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "kinds", 2);
  await like(ann, bob);
  await like(ann, ann);
  const more = { sharerId: ann, authorId: bob, postId, shareId: postId };
  await announce(mesh, "content", PostSharedSchema, more);
  await announce(mesh, "content", PostQuotedSchema, {
    ...{ authorId: ann, postId, quotedPostId: postId, quotedAuthorId: bob },
  });
  const reply = { rootId: postId, parentId: postId, parentAuthorId: bob };
  await announce(mesh, "content", ReplyCreatedSchema, { authorId: ann, postId, reply });
  await announce(mesh, "content", AccountMentionedSchema, { authorId: ann, postId, accountId: bob });
  await mesh.settle();
  expect(await why(ann, bob)).toEqual(["SHARED 2", "REPLIED 1", "MENTIONED 1", "LIKED 1"]);
  expect((await affinity(ann, bob))?.score).toBeCloseTo(1 + 2.25 * (1 - Math.exp(-10 / 20)), 3);
  expect(await why(bob, ann)).toEqual([]);
  expect(await why(ann, ann)).toEqual([]);
  await announce(mesh, "content", PostUnsharedSchema, more);
  await announce(mesh, "content", PostUnlikedSchema, { likerId: ann, authorId: bob, postId });
  await announce(mesh, "content", PostUnlikedSchema, { likerId: ann, authorId: bob, postId });
  await mesh.settle();
  expect(await why(ann, bob)).toEqual(["REPLIED 1", "SHARED 1", "MENTIONED 1"]);
});

test("interactions count half after a half-life, counts stay, and new ones come on top", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "decay", 2);
  for (let n = 0; n < 8; n++) await like(ann, bob);
  await mesh.settle();
  const points = (score = 1) => -20 * Math.log(1 - (score - 1) / 2.25);
  expect(points((await affinity(ann, bob))?.score)).toBeCloseTo(8, 3);
  mesh.clock.advance(14 * DAY);
  expect(points((await affinity(ann, bob))?.score)).toBeCloseTo(4, 3);
  await like(ann, bob);
  await mesh.settle();
  expect(points((await affinity(ann, bob))?.score)).toBeCloseTo(5, 3);
  expect(await why(ann, bob)).toEqual(["LIKED 9"]);
});

test("who unfollows wants it forgotten, and so does who blocks", async () => {
  const [ann = "", bob = "", cid = ""] = await crowd(mesh, "forget", 3);
  for (const whom of [bob, cid]) {
    await graph().followAccount({ accountId: whom }, as(ann));
    await like(ann, whom);
    await like(whom, ann);
  }
  await mesh.settle();
  await graph().unfollowAccount({ accountId: bob }, as(ann));
  await graph().blockAccount({ accountId: ann }, as(cid));
  const rows = async (viewerId: string) =>
    (await graph().batchGetAffinity({ viewerId, accountIds: [ann, bob, cid] })).affinities.map(
      ({ score }) => score > 1,
    );
  expect(await rows(cid)).toEqual([false, false, false]); // a block parts them before anybody has heard of it
  await mesh.settle();
  await graph().unblockAccount({ accountId: ann }, as(cid));
  expect([await rows(ann), await rows(bob), await rows(cid)]).toEqual([
    [false, false, false],
    [true, false, false],
    [false, false, false],
  ]);
});

test("a batch answers in the order asked, and whom nobody knows is a stranger; a person is told nothing of who hides", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "batch", 2);
  const off = await settle(mesh, "batch_off", { deactivated: true });
  const nobody = mesh.deps<Deps>("social-graph").ids.next();
  await graph().followAccount({ accountId: bob }, as(ann));
  const asked = [nobody, bob.toUpperCase(), off, bob];
  const { affinities } = await graph().batchGetAffinity({ viewerId: ann.toUpperCase(), accountIds: asked });
  expect(affinities.map(({ accountId, score }) => [accountId, score])).toEqual([
    ...[
      [nobody, 1],
      [bob, 1.5],
      [off, 1],
      [bob, 1.5],
    ],
  ]);
  for (const one of [off, nobody])
    expect(await refusal(affinity(ann, one))).toMatchObject({ reason: "ACCOUNT_NOT_FOUND" });
});

test("an answer waits for what its caller has just done", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "fresh", 2);
  const token = freshToken();
  await like(ann, bob);
  await mesh.settle();
  await graph().followAccount({ accountId: bob }, as(ann, { token }));
  await graph().unfollowAccount({ accountId: bob }, as(ann, { token }));
  const { affinity: now, readInfo } = await graph().getAffinity({ accountId: bob }, as(ann, { token }));
  expect([now?.score, readInfo?.satisfied]).toEqual([1, true]);
});
