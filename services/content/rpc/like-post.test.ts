import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import {
  PostLikedSchema,
  PostSharedSchema,
  PostUnlikedSchema,
  PostUnsharedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { announced, eventsOf } from "../testing/logged.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";

let mesh: ContentMesh;
let people: Record<"ann" | "bob" | "cid", string>;
beforeAll(async () => {
  mesh = await startContent();
  people = await settle(mesh, "ann", "bob", "cid");
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(EngagementService);
const like = async (postId: string, who: string) => (await client().likePost({ postId }, as(who))).counts?.likes;
const share = (postId: string, who: string) => client().sharePost({ postId }, as(who));
const fold = async () => {
  while (!(await mesh.runJob("content", "fold-counts"))); // the host may be at it by itself
};
const missing = { code: Code.NotFound, reason: "POST_NOT_FOUND" };

test("a like counts once however often it is given, in the answer too, and is announced once", async () => {
  const { ann, bob, cid } = people;
  const postId = await postAs(mesh, ann);
  expect(await like(postId, bob)).toBe(1n);
  expect(await like(postId.toUpperCase(), bob)).toBe(1n);
  await fold();
  expect(await like(postId, cid)).toBe(2n);
  expect(await like(postId, bob)).toBe(2n);
  expect(await eventsOf(mesh, postId)).toEqual(["PostPublished", "PostLiked", "PostLiked"]);
  const [first] = await announced(mesh, PostLikedSchema, postId);
  expect(first).toMatchObject({ likerId: bob, postId, authorId: ann });
});

test("a like taken back is gone from the count, and taking it back again tells nobody", async () => {
  const { ann, bob, cid } = people;
  const postId = await postAs(mesh, ann);
  await like(postId, bob);
  await like(postId, cid);
  await client().unlikePost({ postId: postId.toUpperCase() }, as(bob));
  await fold();
  await client().unlikePost({ postId }, as(bob));
  expect(await like(postId, cid)).toBe(1n);
  expect(await announced(mesh, PostUnlikedSchema, postId)).toMatchObject([{ likerId: bob, postId, authorId: ann }]);
  expect(await like(postId, bob)).toBe(2n);
});

test("one account that likes from many places at once is counted once", async () => {
  const { ann, bob } = people;
  const postId = await postAs(mesh, ann);
  const counts = await Promise.all(Array.from({ length: 8 }, () => like(postId, bob)));
  expect(new Set(counts)).toEqual(new Set([1n]));
  const shares = await Promise.all(Array.from({ length: 8 }, () => share(postId, bob)));
  expect(new Set(shares.map(({ shareId }) => shareId)).size).toBe(1);
  expect(await eventsOf(mesh, postId)).toEqual(["PostPublished", "PostLiked", "PostShared"]);
});

test("what is out of sight cannot be liked, but a like of before can be taken back, and nothing tells them apart", async () => {
  const { ann, bob } = people;
  const postId = await postAs(mesh, ann);
  await like(postId, bob);
  mesh.graph.block(ann, bob);
  expect(await refusal(like(postId, bob))).toMatchObject(missing);
  expect(await refusal(share(postId, bob))).toMatchObject(missing);
  expect(await client().unlikePost({ postId }, as(bob))).toMatchObject({});
  expect(await eventsOf(mesh, postId)).toEqual(["PostPublished", "PostLiked", "PostUnliked"]);
  mesh.graph.unblock(ann, bob);

  const unknown = mesh.content.ids.next();
  expect(await refusal(like(unknown, bob))).toMatchObject(missing);
  expect(await client().unlikePost({ postId: unknown }, as(bob))).toMatchObject({});
  expect(await client().unsharePost({ postId: unknown }, as(bob))).toMatchObject({});
});

test("nobody likes while nobody can say who may", async () => {
  const { ann, bob } = people;
  const postId = await postAs(mesh, ann);
  mesh.graph.away(true);
  await expect(like(postId, bob)).rejects.toThrow();
  mesh.graph.away(false);
  expect(await eventsOf(mesh, postId)).toEqual(["PostPublished"]);
});

test("a share has a name, which stays until it is taken back; the next one has another", async () => {
  const { ann, bob } = people;
  const postId = await postAs(mesh, ann);
  const first = await share(postId, bob);
  expect(first.counts?.shares).toBe(1n);
  expect(await share(postId, bob)).toMatchObject({ shareId: first.shareId, counts: { shares: 1n } });
  await client().unsharePost({ postId: postId.toUpperCase() }, as(bob));
  await client().unsharePost({ postId }, as(bob));
  const second = await share(postId, bob);
  expect(second.counts?.shares).toBe(1n);
  expect(second.shareId > first.shareId).toBe(true);
  const names = async (schema: typeof PostSharedSchema | typeof PostUnsharedSchema) =>
    (await announced(mesh, schema, postId)).map(({ shareId }) => shareId);
  expect(await names(PostSharedSchema)).toEqual([first.shareId, second.shareId]);
  expect(await names(PostUnsharedSchema)).toEqual([first.shareId]);
});

test("only public posts are shared, by their author neither", async () => {
  const { ann, bob } = people;
  mesh.graph.follow(bob, ann);
  const postId = await postAs(mesh, ann, { audience: Audience.FOLLOWERS });
  for (const who of [ann, bob]) expect(await refusal(share(postId, who))).toMatchObject({ reason: "NOT_SHAREABLE" });
  expect(await like(postId, bob)).toBe(1n);
});
