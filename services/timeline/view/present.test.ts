import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { Audience, VisibilityReason as Reason, Verdict } from "#gen/skein/common/v1/visibility_pb.ts";
import { Circle, PostCardSchema, PostState } from "#gen/skein/content/v1/post_pb.ts";
import { QuoteState } from "#gen/skein/content/v1/post_view_pb.ts";
import { ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import { ItemSource, TimelineItemSchema, TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { ListHomeTimelineResponseSchema } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { answerMessage } from "#mesh/encoded.ts";
import { betweenOf } from "../rules/between-flags.ts";
import type { Item } from "./hydrate.ts";
import { answerOf, present } from "./present.ts";
import type { Card } from "./shapes.ts";

const profile = (accountId: string) => create(ProfileSchema, { accountId, handle: `the ${accountId}`, version: 3n });
const message = (text: string) => create(PostCardSchema, { id: "p", authorId: "bob", text, version: 7n });
const cardOf = (text: string, postId = "p", authorId = "bob"): Card => ({
  ...{ postId, authorId, version: 7n, deleted: false, audience: Audience.PUBLIC, createdMs: 0, parentId: undefined },
  ...{ parentAuthorId: undefined, quotedId: "q", quotedAuthorId: "cleo", quoteWithheld: undefined, mentioned: [] },
  ...{ language: "", hasMedia: false, mayReply: Circle.EVERYONE, mayQuote: Circle.FOLLOWERS },
  bytes: toBinary(PostCardSchema, message(text)),
});
const authorOf = (accountId: string) => ({
  ...{ accountId, handle: "", displayName: "" },
  profile: toBinary(ProfileSchema, profile(accountId)),
});
const open = { verdict: Verdict.ALLOW, reason: Reason.OPEN };
const match = { filterId: "f", title: "spiders", phrase: "spider" };
const atMs = 1_700_000_000_250;

const looking = {
  viewerId: "ann",
  gate: {
    between: new Map([["bob", betweenOf(1)]]), // known, and a stranger
    acts: new Map([["p", { liked: true, shared: false, bookmarked: true, hidden: false }]]),
    authors: new Map(["bob", "dan"].map((id) => [id, authorOf(id)])),
    exclusive: new Set<string>(),
    judge: () => open,
  },
};

function itemOf(text: string): Item {
  const card = cardOf(text);
  const share = { id: "s", share: true, postId: "p", actorId: "dan", atMs };
  const quote = { postId: "q", state: QuoteState.SHOWN, shown: cardOf("quoted", "q", "cleo"), judgement: open };
  return {
    ...{ candidate: { id: "s", source: ItemSource.HASHTAG, hashtag: "größe" }, entry: share, card, shares: [share] },
    counts: { likes: 0n, shares: 300n, replies: 2n ** 40n, quotes: 1n, moderationScore: 0 },
    admitted: { shown: true, judgement: { verdict: Verdict.WARN, reason: Reason.FILTERED }, matches: [match], quote },
  };
}

const expected = (text: string) =>
  create(TimelineItemSchema, {
    ...{ id: "s", source: ItemSource.HASHTAG, hashtag: "größe" },
    reposts: [{ shareId: "s", sharer: profile("dan"), sharedAt: timestampFromMs(atMs) }],
    post: {
      card: message(text),
      author: profile("bob"),
      state: PostState.PUBLISHED,
      counts: { likes: 0n, shares: 300n, replies: 2n ** 40n, quotes: 1n },
      viewer: { liked: true, bookmarked: true, canReply: true },
      visibility: { verdict: Verdict.WARN, reason: Reason.FILTERED },
      filterMatches: [match],
      quote: {
        ...{ postId: "q", state: QuoteState.SHOWN, card: message("quoted"), visibility: open },
        author: { accountId: "cleo" }, // identity's word has not arrived
      },
    },
  });

test.each([0, 20, 300, 20_000, 3_000_000])(
  "an item joined from bytes is the message it stands for, with a text of %i",
  (length) => {
    const text = "x".repeat(length);
    expect(fromBinary(TimelineItemSchema, present(itemOf(text), looking))).toEqual(expected(text));
  },
);

test("anonymous viewers get no state of their own", () => {
  const item = fromBinary(TimelineItemSchema, present(itemOf("text"), { ...looking, viewerId: undefined }));
  expect(item.post?.viewer).toBeUndefined();
});

test("an answer is its items in their order, and everything else", () => {
  const texts = ["one", "two", "three"];
  const items = texts.map((text) => present(itemOf(text), looking));
  const answer = answerOf(ListHomeTimelineResponseSchema, items, { nextPageToken: "on", mode: TimelineMode.RANKED });
  expect(answerMessage(ListHomeTimelineResponseSchema, answer)).toEqual(
    create(ListHomeTimelineResponseSchema, {
      ...{ items: texts.map(expected), nextPageToken: "on", mode: TimelineMode.RANKED },
    }),
  );
});
