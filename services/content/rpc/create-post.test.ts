import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Audience, VisibilityReason } from "#gen/skein/common/v1/visibility_pb.ts";
import { AccountMentionedSchema, PostPublishedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { PostState } from "#gen/skein/content/v1/post_pb.ts";
import { CreatePostRequestSchema, PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { AccountRegisteredSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { callWithin } from "../testing/call-within.ts";
import { announced, eventsOf } from "../testing/logged.ts";
import { settle } from "../testing/people.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { read, write } from "../testing/writing.ts";
import { createPost } from "./create-post.ts";

let mesh: ContentMesh;
let ann: string;
let bob: string;
let cid: string;
beforeAll(async () => {
  mesh = await startContent();
  ({ ann, bob, cid } = await settle(mesh, "ann", "bob", "cid"));
});
afterAll(() => mesh[Symbol.asyncDispose]());

const posts = () => mesh.client(PostService);
const rowsOf = (who: string) => mesh.content.db.query(sql`select 1 from post where author_id = ${who}`);

test("a text is published as its author wrote it, announced, and there for everybody", async () => {
  const post = await write(mesh, ann, { text: "  Hello\r\nworld\u0007 ", language: "en" });
  expect(post).toMatchObject({
    card: { authorId: ann, text: "Hello\nworld", facets: [], audience: Audience.PUBLIC, language: "en", version: 1n },
    author: { handle: "ann" },
    state: PostState.PUBLISHED,
    counts: { likes: 0n, shares: 0n, replies: 0n, quotes: 0n },
    viewer: { liked: false, canReply: true, canQuote: true },
    visibility: { reason: VisibilityReason.SELF },
  });
  const [event] = await announced(mesh, PostPublishedSchema, post.id);
  expect(event).toMatchObject({ authorId: ann, card: post.card });
  expect((await read(mesh, post.id.toUpperCase(), bob)).card).toEqual(post.card);
  expect((await read(mesh, post.id)).viewer).toBeUndefined();
});

test("a plain text is one statement, and asks nobody", async () => {
  const request = create(CreatePostRequestSchema, { post: { text: "alone" } });
  const method = PostService.method.createPost;
  const handler = createPost(mesh.content);
  const spent = await callWithin(mesh, method, ann, async (ctx) => (await handler(request, ctx)) && ctx.spent);
  expect(spent).toEqual({ sql: 1, redis: 0, rpc: 0 });
  mesh.graph.away(true);
  expect((await write(mesh, ann, "still alone")).card?.text).toBe("still alone");
  mesh.graph.away(false);
});

test("the same key publishes once, also for fifty at once; for another post it is refused", async () => {
  const { dan } = await settle(mesh, "dan");
  const call = (text = "once") => posts().createPost({ post: { text }, idempotencyKey: "k" }, as(dan));
  const answers = await Promise.all(Array.from({ length: 50 }, () => call()));
  expect(new Set(answers.map(({ post }) => post?.card?.id)).size).toBe(1);
  expect(await rowsOf(dan)).toHaveLength(1);
  expect(await eventsOf(mesh, answers[0]?.post?.card?.id ?? "")).toEqual(["PostPublished"]);
  expect((await call()).post).toEqual(answers[0]?.post);
  expect((await refusal(call("twice"))).reason).toBe("IDEMPOTENCY_KEY_REUSED");
  expect((await posts().createPost({ post: { text: "mine" }, idempotencyKey: "k" }, as(ann))).post?.card?.text).toBe(
    "mine",
  );
});

test("a repeated call answers as the first one, also when its target is gone by now", async () => {
  const { id: replyToId } = await write(mesh, bob, "answer me");
  const call = (key: string) => posts().createPost({ post: { text: "yes", replyToId }, idempotencyKey: key }, as(ann));
  const first = await call("answer");
  await posts().deletePost({ postId: replyToId }, as(bob));
  expect((await call("answer")).post?.card).toEqual(first.post?.card);
  expect((await refusal(call("another"))).reason).toBe("POST_NOT_FOUND");
});

test("mentions are of accounts that are there and may be mentioned; all else is plain text", async () => {
  const { eve, fay } = await settle(mesh, "eve", "fay");
  mesh.graph.block(eve, ann);
  mesh.graph.relate(ann, fay, { mayMention: false });
  const { card, id } = await write(mesh, ann, "hi @Bob @eve @fay @nobody @bob @ann #One https://a.test");
  expect(card?.mentionedIds).toEqual([bob, ann]);
  expect(card?.hashtags).toEqual(["one"]);
  expect(
    card?.facets.map(({ byteStart, byteEnd, feature }) => [feature.case, card.text.slice(byteStart, byteEnd)]),
  ).toEqual([
    ["mention", "@Bob"],
    ["mention", "@bob"],
    ["mention", "@ann"],
    ["hashtag", "#One"],
    ["link", "https://a.test"],
  ]);
  const told = (await announced(mesh, AccountMentionedSchema, id)).map(({ accountId }) => accountId);
  expect(told).toEqual([bob]);
});

test("a handle that two accounts have, because one's word is late, names neither", async () => {
  const { gus } = await settle(mesh, "gus");
  await settle(mesh, "gus");
  expect((await write(mesh, ann, "@gus?")).card?.mentionedIds).toEqual([]);
  await mesh.content.db.query(sql`update account set handle = 'gus_gone' where id = ${gus}`);
  expect((await write(mesh, ann, "@gus?")).card?.mentionedIds).toHaveLength(1);
});

test("a poll begins when its post is out, and nobody has voted", async () => {
  const poll = { options: ["red", " blue "], openFor: durationFromMs(600_000) };
  const { card, poll: results } = await write(mesh, ann, { text: "which?", poll });
  expect(card?.poll?.options).toEqual(["red", "blue"]);
  expect(results).toMatchObject({ votes: [0n, 0n], voters: 0n, closed: false, chosen: [] });
  const [ends, began] = [card?.poll?.endsAt, card?.createdAt];
  expect(ends && began && timestampMs(ends) - timestampMs(began)).toBe(600_000);
  expect((await read(mesh, card?.id ?? "", bob)).poll).toEqual(results);
});

test("what is only to be checked is answered and not published", async () => {
  const { hal } = await settle(mesh, "hal");
  const check = (text: string) => posts().createPost({ post: { text }, validateOnly: true }, as(hal));
  const { post } = await check("@bob would do");
  expect(post).toMatchObject({ card: { text: "@bob would do", mentionedIds: [bob] }, author: { handle: "hal" } });
  expect((await refusal(check(" "))).reason).toBe("EMPTY_POST");
  expect((await refusal(check("x".repeat(501)))).reason).toBe("TEXT_TOO_LONG");
  expect(await rowsOf(hal)).toEqual([]);
});

test("somebody who registered a moment ago is known to the own post", async () => {
  const accountId = mesh.content.ids.next();
  const profile = { accountId, handle: "newcomer", version: 1n };
  await mesh.announce(AccountRegisteredSchema, { accountId, profile });
  expect((await write(mesh, accountId, "first!")).author?.handle).toBe("newcomer");
});

test("what a person wrote stays out of what breaks the contract: it is refused with the field", async () => {
  const call = (post: object) => refusal(posts().createPost({ post }, as(cid)));
  expect(await call({ text: "a\0b" })).toMatchObject({ code: Code.InvalidArgument, reason: "INVALID_REQUEST" });
  expect(await call({ text: "a", language: "not a language" })).toMatchObject({ reason: "INVALID_REQUEST" });
  expect(await call({ text: "a", replyToId: "x" })).toMatchObject({ reason: "INVALID_REQUEST" });
  expect(await rowsOf(cid)).toEqual([]);
});
