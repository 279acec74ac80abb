import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { PostState } from "#gen/skein/content/v1/post_pb.ts";
import { FilterMatchSchema, PostVisibilitySchema } from "#gen/skein/content/v1/post_view_pb.ts";
import { encoded } from "#mesh/encoded.ts";
import { inCircle } from "#mesh/judging/circle.ts";
import type { Judgement } from "#mesh/visibility.ts";
import type { Looking } from "../rules/admit.ts";
import type { SeenQuote } from "../rules/quote-rule.ts";
import type { Item } from "./hydrate.ts";
import type { Acts, Author, Between, Card } from "./shapes.ts";
import { createSplice } from "./splice.ts";

const splice = createSplice();
const field = (number: number, wireType: 0 | 2): number => (number << 3) | wireType;

// Field numbers of skein.timeline.v1.TimelineItem, Repost, skein.content.v1.Post and what it is made of.
const ITEM = { id: field(1, 2), post: field(2, 2), source: field(3, 0), reposts: field(4, 2), hashtag: field(5, 2) };
const POST = {
  ...{ card: field(1, 2), author: field(2, 2), state: field(3, 0), counts: field(4, 2), viewer: field(5, 2) },
  ...{ visibility: field(6, 2), matches: field(7, 2), quote: field(8, 2) },
};
const REPOST = { shareId: field(1, 2), sharer: field(2, 2), sharedAt: field(3, 2) };
const QUOTE = {
  ...{ postId: field(1, 2), state: field(2, 0), card: field(3, 2), author: field(4, 2), visibility: field(5, 2) },
};
const ITEMS = field(1, 2);
const COUNTS = { likes: field(1, 0), shares: field(2, 0), replies: field(3, 0), quotes: field(4, 0) };
const VIEWER = {
  ...{ liked: field(1, 0), shared: field(2, 0), bookmarked: field(3, 0), canReply: field(5, 0), canQuote: field(6, 0) },
};
const TIMESTAMP = { seconds: field(1, 0), nanos: field(2, 0) };
const PROFILE = { accountId: field(1, 2) };

/** A TimelineItem as bytes: card and profiles go out as their owners wrote them, nothing is decoded on the way. */
export function present(item: Item, looking: Pick<Looking, "viewerId" | "gate">): Uint8Array {
  const { candidate, shares } = item;
  splice.ascii(ITEM.id, candidate.id);
  splice.message(ITEM.post, () => writePost(item, looking));
  splice.varint(ITEM.source, candidate.source);
  for (const share of shares) {
    splice.message(ITEM.reposts, () => {
      splice.ascii(REPOST.shareId, share.id);
      writeAuthor(REPOST.sharer, share.actorId, looking.gate.authors);
      splice.message(REPOST.sharedAt, () => {
        splice.varint(TIMESTAMP.seconds, Math.floor(share.atMs / 1_000));
        const nanos = (share.atMs % 1_000) * 1_000_000;
        if (nanos > 0) splice.varint(TIMESTAMP.nanos, nanos);
      });
    });
  }
  if (candidate.hashtag !== undefined) splice.bytes(ITEM.hashtag, Buffer.from(candidate.hashtag));
  return splice.take();
}

function writePost({ card, counts, admitted }: Item, { viewerId, gate }: Pick<Looking, "viewerId" | "gate">): void {
  splice.bytes(POST.card, card.bytes);
  writeAuthor(POST.author, card.authorId, gate.authors);
  splice.varint(POST.state, PostState.PUBLISHED);
  splice.message(POST.counts, () => {
    splice.count(COUNTS.likes, counts.likes);
    splice.count(COUNTS.shares, counts.shares);
    splice.count(COUNTS.replies, counts.replies);
    splice.count(COUNTS.quotes, counts.quotes);
  });
  if (viewerId !== undefined)
    splice.message(POST.viewer, () =>
      writeViewer(card, viewerId, gate.acts.get(card.postId), gate.between.get(card.authorId)),
    );
  splice.bytes(POST.visibility, visibilityOf(admitted.judgement));
  for (const match of admitted.matches)
    splice.bytes(POST.matches, toBinary(FilterMatchSchema, create(FilterMatchSchema, match)));
  const { quote } = admitted;
  if (quote) splice.message(POST.quote, () => writeQuote(quote, gate.authors));
}

function writeViewer(card: Card, viewerId: string, acts: Acts | undefined, facts: Between | undefined): void {
  const mentioned = card.mentioned.includes(viewerId);
  if (acts) {
    splice.flag(VIEWER.liked, acts.liked);
    splice.flag(VIEWER.shared, acts.shared);
    splice.flag(VIEWER.bookmarked, acts.bookmarked);
  }
  splice.flag(VIEWER.canReply, inCircle(card.mayReply, facts, mentioned));
  // What is not for everybody is quoted by its author alone, for a quote names it to whoever reads it.
  const quotable = facts?.self || card.audience === Audience.PUBLIC;
  splice.flag(VIEWER.canQuote, quotable && inCircle(card.mayQuote, facts, mentioned));
}

function writeQuote({ postId, state, shown, judgement }: SeenQuote, authors: ReadonlyMap<string, Author>): void {
  splice.ascii(QUOTE.postId, postId);
  splice.varint(QUOTE.state, state);
  if (!shown || !judgement) return;
  splice.bytes(QUOTE.card, shown.bytes);
  writeAuthor(QUOTE.author, shown.authorId, authors);
  splice.bytes(QUOTE.visibility, visibilityOf(judgement));
}

/** Whose it is; the bare id until identity's word has arrived. */
function writeAuthor(tag: number, accountId: string, authors: ReadonlyMap<string, Author>): void {
  const author = authors.get(accountId);
  if (author) splice.bytes(tag, author.profile);
  else splice.message(tag, () => splice.ascii(PROFILE.accountId, accountId));
}

const visibilities = new Map<number, Uint8Array>();

/** There are few decisions, and each is written once. */
function visibilityOf({ verdict, reason }: Judgement): Uint8Array {
  const key = (verdict << 8) | reason;
  let bytes = visibilities.get(key);
  if (!bytes) {
    bytes = toBinary(PostVisibilitySchema, create(PostVisibilitySchema, { verdict, reason }));
    visibilities.set(key, bytes);
  }
  return bytes;
}

/**
 * An answer whose field 1 are the items, as that of every list here is, and `rest` all of its other fields. The items
 * come behind the rest: to whoever reads it the order says nothing.
 */
export function answerOf<M extends DescMessage>(
  schema: M,
  items: readonly Uint8Array[],
  rest: MessageInitShape<M>,
): MessageInitShape<M> {
  const others = toBinary(schema, create(schema, rest));
  return encoded(schema, joinItems(items, others));
}

function joinItems(items: readonly Uint8Array[], rest: Uint8Array): Uint8Array {
  splice.raw(rest);
  for (const item of items) splice.bytes(ITEMS, item);
  return splice.take();
}
