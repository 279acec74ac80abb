import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { InteractionRequestedSchema, ReplyCreatedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { Circle } from "#gen/skein/content/v1/post_pb.ts";
import { QuoteState } from "#gen/skein/content/v1/post_view_pb.ts";
import { ThreadService } from "#gen/skein/content/v1/thread_service_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { announced, eventsOf } from "../testing/logged.ts";
import { settle } from "../testing/people.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { read, write } from "../testing/writing.ts";

let mesh: ContentMesh;
let ann: string;
let bob: string;
let cid: string;
beforeAll(async () => {
  mesh = await startContent();
  ({ ann, bob, cid } = await settle(mesh, "ann", "bob", "cid"));
});
afterAll(() => mesh[Symbol.asyncDispose]());

const reasonOf = async (who: string, post: object) => (await refusal(write(mesh, who, post))).reason;

test("a reply knows its thread, is counted and announced", async () => {
  const root = await write(mesh, ann, "root");
  const child = await write(mesh, bob, { text: "child", replyToId: root.id });
  const grandchild = await write(mesh, cid, { text: "grandchild", replyToId: child.id });
  expect(grandchild.card?.reply).toMatchObject({ rootId: root.id, parentId: child.id, parentAuthorId: bob });
  const [event] = await announced(mesh, ReplyCreatedSchema, grandchild.id);
  expect(event?.reply).toEqual(grandchild.card?.reply);
  expect((await read(mesh, root.id)).counts?.replies).toBe(1n);
  expect((await read(mesh, child.id)).counts?.replies).toBe(1n);
});

test("a post that is unknown, deleted or out of sight is not found, for a reply as for a quote", async () => {
  const { id: blocked } = await write(mesh, ann, "not for dan");
  const { id: secret } = await write(mesh, ann, { text: "for me", audience: Audience.PRIVATE });
  const { dan } = await settle(mesh, "dan");
  mesh.graph.block(ann, dan);
  for (const target of [blocked, secret, mesh.content.ids.next()]) {
    expect(await reasonOf(dan, { text: "a", replyToId: target })).toBe("POST_NOT_FOUND");
    expect(await reasonOf(dan, { text: "a", quoteId: target })).toBe("POST_NOT_FOUND");
  }
});

test("the author says who may reply and quote, and the account's settings bound it", async () => {
  const policy = { reply: Circle.FOLLOWERS, quote: Circle.MENTIONED };
  const { id } = await write(mesh, ann, { text: "hello @cid", policy });
  expect(await reasonOf(bob, { text: "a", replyToId: id })).toBe("REPLY_FORBIDDEN");
  expect(await reasonOf(bob, { text: "a", quoteId: id })).toBe("QUOTE_FORBIDDEN");
  expect((await read(mesh, id, bob)).viewer).toMatchObject({ canReply: false, canQuote: false });
  expect((await read(mesh, id, cid)).viewer).toMatchObject({ canReply: false, canQuote: true });
  await write(mesh, cid, { text: "quoting", quoteId: id });
  const { eve } = await settle(mesh, "eve");
  mesh.graph.follow(eve, ann);
  await write(mesh, eve, { text: "replying", replyToId: id });
  mesh.graph.relate(eve, ann, { mayReply: false });
  expect(await reasonOf(eve, { text: "again", replyToId: id })).toBe("REPLY_FORBIDDEN");
  await write(mesh, ann, { text: "to myself", replyToId: id, quoteId: id });
});

test("a reply reaches no further than what it answers", async () => {
  mesh.graph.follow(bob, ann);
  const { id } = await write(mesh, ann, { text: "for followers", audience: Audience.FOLLOWERS });
  expect(await reasonOf(bob, { text: "a", replyToId: id, audience: Audience.PUBLIC })).toBe("AUDIENCE_TOO_WIDE");
  expect((await write(mesh, bob, { text: "a", replyToId: id })).card?.audience).toBe(Audience.FOLLOWERS);
  expect(await reasonOf(bob, { text: "a", quoteId: id })).toBe("QUOTE_FORBIDDEN");
});

test("a conversation of a few reaches whom it answers, and counts nowhere", async () => {
  const { id } = await write(mesh, ann, { text: "psst @bob", audience: Audience.MENTIONED });
  const { comment } = await mesh.client(ThreadService).createComment({ postId: id, text: "yes?" }, as(bob));
  expect(comment?.card).toMatchObject({ audience: Audience.MENTIONED, mentionedIds: [ann] });
  const reply = comment?.card?.id ?? "";
  expect((await read(mesh, reply, ann)).card?.text).toBe("yes?");
  await expect(read(mesh, reply, cid)).rejects.toMatchObject({ code: Code.NotFound });
  const { id: open } = await write(mesh, ann, "openly");
  await write(mesh, bob, { text: "@ann aside", replyToId: open, audience: Audience.MENTIONED });
  expect((await read(mesh, open, cid)).counts?.replies).toBe(0n);
});

test("a quote shows what it quotes, one level deep, to whoever may see that", async () => {
  const { id: first } = await write(mesh, ann, "first");
  const { id: second, quote } = await write(mesh, bob, { text: "second", quoteId: first });
  expect(quote).toMatchObject({
    postId: first,
    state: QuoteState.SHOWN,
    card: { text: "first" },
    author: { handle: "ann" },
  });
  const third = await write(mesh, cid, { text: "third", quoteId: second });
  expect(third.quote?.card?.quoted?.postId).toBe(first);
  expect((await read(mesh, first)).counts?.quotes).toBe(1n);
  expect(await eventsOf(mesh, second)).toEqual(["PostPublished", "PostQuoted"]);
  const { fay } = await settle(mesh, "fay");
  mesh.graph.block(ann, fay);
  expect((await read(mesh, second, fay)).quote).toMatchObject({ postId: first, state: QuoteState.UNAVAILABLE });
  expect((await read(mesh, second, fay)).quote?.card).toBeUndefined();
});

test("a quote that asks is out without what it quotes, and nobody counts it yet", async () => {
  const { id } = await write(mesh, ann, { text: "ask me", policy: { quoteNeedsApproval: true } });
  const quote = await write(mesh, bob, { text: "please", quoteId: id });
  expect(quote.quote).toMatchObject({ state: QuoteState.PENDING });
  expect(quote.quote?.card).toBeUndefined();
  expect(await eventsOf(mesh, quote.id)).toEqual(["PostPublished", "InteractionRequested"]);
  const [event] = await announced(mesh, InteractionRequestedSchema, quote.id);
  expect(event).toMatchObject({ quotedPostId: id, quotedAuthorId: ann });
  expect((await read(mesh, id)).counts?.quotes).toBe(0n);
  // Asking oneself is answered already.
  expect((await write(mesh, ann, { text: "me", quoteId: id })).quote?.state).toBe(QuoteState.SHOWN);
});

test("without social-graph nothing of others is answered, and the failure says so", async () => {
  const { id } = await write(mesh, ann, "here");
  mesh.graph.away(true);
  await expect(write(mesh, bob, { text: "a", replyToId: id })).rejects.toMatchObject({ code: Code.Unavailable });
  await expect(read(mesh, id, bob)).rejects.toMatchObject({ code: Code.Unavailable });
  expect((await read(mesh, id, ann)).card?.text).toBe("here");
  mesh.graph.away(false);
});
