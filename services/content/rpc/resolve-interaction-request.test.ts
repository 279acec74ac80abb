import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { InteractionResolvedSchema, PostQuotedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import {
  ResolveInteractionRequestRequest_Decision as Decision,
  InteractionService,
} from "#gen/skein/content/v1/interaction_service_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { announced, eventsOf } from "../testing/logged.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";

const { APPROVE, REJECT } = Decision;

let mesh: ContentMesh;
let people: Record<"ann" | "bob" | "cid", string>;
beforeAll(async () => {
  mesh = await startContent();
  people = await settle(mesh, "ann", "bob", "cid");
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(InteractionService);
const asking = () => postAs(mesh, people.ann, { policy: { quoteNeedsApproval: true } });
const quoteOf = (quoteId: string, author: string = people.bob) => postAs(mesh, author, { text: "look", quoteId });
const resolve = (postId: string, decision: Decision, who = people.ann) =>
  client().resolveInteractionRequest({ postId, decision }, as(who));
const detach = (postId: string, who = people.ann) => client().detachQuote({ postId }, as(who));
const waiting = async (who = people.ann) =>
  (await client().listInteractionRequests({ pageSize: 100 }, as(who))).requests.map(({ post }) => post?.card?.id);
const quotes = async (postId: string) => {
  const { counts } = await mesh.client(EngagementService).likePost({ postId }, as(people.cid));
  const { posts } = await mesh.client(EngagementService).listQuotes({ postId });
  return { count: Number(counts?.quotes), listed: posts.map(({ card }) => card?.id) };
};

test("a quote that waits is no quote to anybody until it is agreed to, and is announced as one then", async () => {
  const post = await asking();
  const quote = await quoteOf(post);
  expect(await quotes(post)).toEqual({ count: 0, listed: [] });
  expect(await eventsOf(mesh, quote)).toEqual(["PostPublished", "InteractionRequested"]);
  const { requests } = await client().listInteractionRequests({}, as(people.ann));
  expect(requests).toMatchObject([{ post: { card: { id: quote } }, quotedPostId: post }]);

  await resolve(quote.toUpperCase(), APPROVE);
  await resolve(quote, APPROVE);
  expect(await quotes(post)).toEqual({ count: 1, listed: [quote] });
  expect(await waiting()).toEqual([]);
  const named = { postId: quote, authorId: people.bob, quotedPostId: post, quotedAuthorId: people.ann };
  expect(await announced(mesh, InteractionResolvedSchema, quote)).toMatchObject([{ ...named, approved: true }]);
  expect(await announced(mesh, PostQuotedSchema, quote)).toMatchObject([named]);
});

test("the first word stands", async () => {
  const post = await asking();
  const [agreed, refused] = [await quoteOf(post), await quoteOf(post)];
  await resolve(agreed, APPROVE);
  await resolve(refused, REJECT);
  await resolve(refused, REJECT);
  const already = { code: Code.FailedPrecondition, reason: "ALREADY_RESOLVED" };
  expect(await refusal(resolve(agreed, REJECT))).toMatchObject(already);
  expect(await refusal(resolve(refused, APPROVE))).toMatchObject(already);
  expect(await quotes(post)).toEqual({ count: 1, listed: [agreed] });
  expect(await announced(mesh, InteractionResolvedSchema, refused)).toMatchObject([{ approved: false }]);
});

test("of yes and no at once one is the first, and the count says which", async () => {
  const post = await asking();
  const quote = await quoteOf(post);
  const words = await Promise.allSettled([APPROVE, REJECT, APPROVE, REJECT].map((word) => resolve(quote, word)));
  const heard = words.map(({ status }) => status === "fulfilled");
  expect([
    [true, false, true, false],
    [false, true, false, true],
  ]).toContainEqual(heard);
  expect((await quotes(post)).count).toBe(heard[0] ? 1 : 0);
  expect(await announced(mesh, InteractionResolvedSchema, quote)).toHaveLength(1);
});

test("only the quoted author has a say, and only where one was asked for", async () => {
  const quote = await quoteOf(await asking());
  const missing = { code: Code.NotFound, reason: "REQUEST_NOT_FOUND" };
  for (const who of [people.bob, people.cid])
    expect(await refusal(resolve(quote, APPROVE, who))).toMatchObject(missing);
  const free = await quoteOf(await postAs(mesh, people.ann));
  expect(await refusal(resolve(free, REJECT))).toMatchObject(missing);
  expect(await refusal(resolve(mesh.content.ids.next(), APPROVE))).toMatchObject(missing);
  expect(await waiting(people.bob)).toEqual([]);
});

test("a post can be taken out of any quote, once and for good, and the count follows", async () => {
  const open = await postAs(mesh, people.ann);
  const free = await quoteOf(open);
  expect((await quotes(open)).count).toBe(1);
  await Promise.all([detach(free), detach(free), detach(free)]);
  expect(await quotes(open)).toEqual({ count: 0, listed: [] });
  expect(await eventsOf(mesh, free)).toEqual(["PostPublished", "PostQuoted", "QuoteDetached"]);

  const post = await asking();
  const [agreed, refused, unanswered] = [await quoteOf(post), await quoteOf(post), await quoteOf(post)];
  await resolve(agreed, APPROVE);
  await resolve(refused, REJECT);
  for (const quote of [agreed, refused, unanswered]) await detach(quote);
  expect(await quotes(post)).toEqual({ count: 0, listed: [] });
  expect((await eventsOf(mesh, refused)).at(-1)).toBe("InteractionResolved");
  for (const quote of [agreed, unanswered]) {
    expect((await eventsOf(mesh, quote)).at(-1)).toBe("QuoteDetached");
    expect(await refusal(resolve(quote, APPROVE))).toMatchObject({ reason: "ALREADY_RESOLVED" });
  }
});

test("nobody else takes a post out of a quote", async () => {
  const quote = await quoteOf(await postAs(mesh, people.ann));
  for (const who of [people.bob, people.cid])
    expect(await refusal(detach(quote, who))).toMatchObject({ code: Code.NotFound, reason: "POST_NOT_FOUND" });
  expect(await eventsOf(mesh, quote)).toEqual(["PostPublished", "PostQuoted"]);
});
