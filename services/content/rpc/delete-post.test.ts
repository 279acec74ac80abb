import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import { PostDeletedSchema, PostUndeletedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import {
  ResolveInteractionRequestRequest_Decision as Decision,
  InteractionService,
} from "#gen/skein/content/v1/interaction_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { ThreadService } from "#gen/skein/content/v1/thread_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { announced, eventsOf } from "../testing/logged.ts";
import { settle } from "../testing/people.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { read, write } from "../testing/writing.ts";

let mesh: ContentMesh;
let ann: string;
let bob: string;
let mod: string;
beforeAll(async () => {
  mesh = await startContent();
  ({ ann, bob, mod } = await settle(mesh, "ann", "bob", "mod"));
});
afterAll(() => mesh[Symbol.asyncDispose]());

const WINDOW_MS = 15 * 60_000;
const remove = (postId: string, who: string, more = {}) =>
  mesh.client(PostService).deletePost({ postId }, as(who, more));
const restore = (postId: string, who: string, more = {}) =>
  mesh.client(PostService).undeletePost({ postId }, as(who, more));
const moderator = { roles: [Role.USER, Role.MODERATOR] };
const gone = (postId: string, who?: string) =>
  expect(read(mesh, postId, who)).rejects.toMatchObject({ code: Code.NotFound });
const countsOf = async (id: string) => (await read(mesh, id, ann)).counts;

test("a deleted post is gone at once for everybody, again changes nothing, and it comes back as a new version", async () => {
  const { id } = await write(mesh, ann, "soon gone #tag");
  const { undoUntil } = await remove(id, ann);
  expect(undoUntil && timestampMs(undoUntil) - mesh.clock.now().getTime()).toBeGreaterThan(WINDOW_MS - 60_000);
  await gone(id, ann);
  await gone(id);
  expect((await remove(id, ann)).undoUntil).toEqual(undoUntil);
  const { post } = await restore(id, ann);
  expect(post?.card).toMatchObject({ text: "soon gone #tag", version: 3n });
  expect((await restore(id, ann)).post?.card?.version).toBe(3n);
  expect((await read(mesh, id, bob)).card).toEqual(post?.card);
  expect(await eventsOf(mesh, id)).toEqual(["PostPublished", "PostDeleted", "PostUndeleted"]);
  expect(await announced(mesh, PostDeletedSchema, id)).toMatchObject([
    { authorId: ann, version: 2n, byModerator: false },
  ]);
  expect(await announced(mesh, PostUndeletedSchema, id)).toMatchObject([{ card: { version: 3n } }]);
});

test("whoever is neither author nor moderator finds nothing to delete", async () => {
  const { id } = await write(mesh, ann, "mine");
  for (const [who, more] of [
    [bob, {}],
    [mod, { ...moderator, suspended: true }],
  ] as const)
    expect((await refusal(remove(id, who, more))).reason).toBe("POST_NOT_FOUND");
  expect((await refusal(remove(mesh.content.ids.next(), bob))).reason).toBe("POST_NOT_FOUND");
  expect((await refusal(restore(id, bob))).reason).toBe("POST_NOT_FOUND");
  await remove(id, ann, { suspended: true });
});

test("what a moderator deleted only that moderator brings back", async () => {
  const { id } = await write(mesh, ann, "bad");
  await remove(id, mod, moderator);
  expect(await announced(mesh, PostDeletedSchema, id)).toMatchObject([{ authorId: ann, byModerator: true }]);
  expect((await refusal(restore(id, ann))).reason).toBe("POST_NOT_FOUND");
  expect((await restore(id, mod, moderator)).post?.card?.text).toBe("bad");
});

test("counters of what it answered and quoted go down and up again, exactly, whatever was asked at once", async () => {
  const { id } = await write(mesh, ann, "counted");
  const both = await write(mesh, bob, { text: "both", replyToId: id, quoteId: id });
  await write(mesh, bob, { text: "reply", replyToId: id });
  const expected = async (replies: bigint, quotes: bigint) => {
    expect(await countsOf(id)).toMatchObject({ replies, quotes });
    await mesh.runJob("content", "fold-counts");
    expect(await countsOf(id)).toMatchObject({ replies, quotes });
  };
  await expected(2n, 1n);
  await Promise.all(Array.from({ length: 8 }, () => remove(both.id, bob)));
  await expected(1n, 0n);
  await Promise.all(Array.from({ length: 8 }, () => restore(both.id, bob)));
  await expected(2n, 1n);
  const mixed = Array.from({ length: 12 }, (_, at) => (at % 2 ? remove : restore)(both.id, bob));
  await Promise.all(mixed);
  const there = await read(mesh, both.id, bob).then(
    () => 1n,
    () => 0n,
  );
  await expected(1n + there, there);
});

test("a quote that was agreed to, refused or detached while it was deleted counts as it then is", async () => {
  const asking = { text: "ask", policy: { quoteNeedsApproval: true } };
  const { id } = await write(mesh, ann, asking);
  const quote = await write(mesh, bob, { text: "please", quoteId: id });
  const interaction = mesh.client(InteractionService);
  await remove(quote.id, bob);
  expect(await countsOf(id)).toMatchObject({ quotes: 0n });
  await restore(quote.id, bob);
  await interaction.resolveInteractionRequest({ postId: quote.id, decision: Decision.APPROVE }, as(ann));
  expect(await countsOf(id)).toMatchObject({ quotes: 1n });
  await remove(quote.id, bob);
  expect(await countsOf(id)).toMatchObject({ quotes: 0n });
  await restore(quote.id, bob);
  expect(await countsOf(id)).toMatchObject({ quotes: 1n });
  await interaction.detachQuote({ postId: quote.id }, as(ann));
  expect(await countsOf(id)).toMatchObject({ quotes: 0n });
  await remove(quote.id, bob);
  await restore(quote.id, bob);
  expect(await countsOf(id)).toMatchObject({ quotes: 0n });
});

test("a pin goes with its post, and does not come back", async () => {
  const { id } = await write(mesh, ann, "pinned");
  await mesh.client(CollectionService).pinPost({ postId: id }, as(ann));
  await remove(id, ann);
  expect(await eventsOf(mesh, id)).toEqual(["PostPublished", "PostPinned", "PostDeleted", "PostUnpinned"]);
  expect((await restore(id, ann)).post?.viewer?.pinned).toBe(false);
});

test("a comment is deleted like a post, but a post is no comment", async () => {
  const { id } = await write(mesh, ann, "post");
  const threads = mesh.client(ThreadService);
  const { comment } = await threads.createComment({ postId: id, text: "comment" }, as(bob));
  expect((await refusal(threads.deleteComment({ commentId: id }, as(ann)))).reason).toBe("POST_NOT_FOUND");
  const commentId = comment?.card?.id ?? "";
  await threads.deleteComment({ commentId }, as(bob));
  await threads.deleteComment({ commentId }, as(bob));
  await gone(commentId);
});

test("when the window is over a deletion is final, and nothing of what the post held is left", async () => {
  const { id } = await write(mesh, ann, "forget #me @bob");
  const { id: keptId } = await write(mesh, ann, "keep");
  const engagement = mesh.client(EngagementService);
  await engagement.likePost({ postId: id }, as(bob));
  await mesh.runJob("content", "fold-counts");
  await engagement.sharePost({ postId: id }, as(bob));
  await mesh.client(CollectionService).bookmarkPost({ postId: id }, as(bob));
  await mesh.client(PostService).editPost({ postId: id, change: { text: "forget @bob" } }, as(ann));
  await write(mesh, bob, { text: "still here", replyToId: id });
  await remove(id, ann);
  mesh.clock.advance(WINDOW_MS - 1_000);
  await mesh.runJob("content", "forget-deleted");
  await restore(id, ann);
  await remove(id, ann);
  mesh.clock.advance(WINDOW_MS);
  expect((await refusal(restore(id, ann))).reason).toBe("UNDO_OVER");
  while (!(await mesh.runJob("content", "forget-deleted")));
  expect((await refusal(restore(id, ann))).reason).toBe("UNDO_OVER");
  const { db } = mesh.content;
  expect(await db.query(sql`select state, card from post where id = ${id}`)).toEqual([
    { state: "TOMBSTONE", card: null },
  ]);
  const left = await db.query<{ n: number }>(sql`select (select count(*) from revision where post_id = ${id})
    + (select count(*) from mention where post_id = ${id}) + (select count(*) from post_like where post_id = ${id})
    + (select count(*) from post_share where post_id = ${id}) + (select count(*) from bookmark where post_id = ${id})
    + (select count(*) from hashtag_use where post_id = ${id}) as n`);
  expect(left).toEqual([{ n: "0" }]);
  const { drifts } = await engagement.reconcileCounters(
    { postIds: [id, keptId], dryRun: true },
    as(mod, { roles: [Role.ADMIN] }),
  );
  expect(drifts).toEqual([]);
  expect((await read(mesh, keptId)).card?.text).toBe("keep");
});
