import type { MessageInitShape } from "@bufbuild/protobuf";
import { Verdict, VisibilityReason } from "#gen/skein/common/v1/visibility_pb.ts";
import type { PostCard } from "#gen/skein/content/v1/post_pb.ts";
import { type FilterMatchSchema, QuoteState } from "#gen/skein/content/v1/post_view_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { type Context, judged } from "#mesh/context.ts";
import { optionsOf } from "#mesh/contract.ts";
import { type Filters, matchFilters } from "#mesh/judging/filter.ts";
import { decidePost, type Judgement } from "#mesh/visibility.ts";
import type { Deps } from "../deps.ts";
import { isThere, type PostRecord, type QuoteRecord } from "./record.ts";
import { type Relations, relate, type Subject } from "./relations.ts";

type Match = MessageInitShape<typeof FilterMatchSchema>;

/** A post that the viewer may see, with the decision that says so. */
export interface SeenPost {
  readonly record: PostRecord & { readonly card: PostCard };
  readonly subject: Subject;
  readonly judgement: Judgement;
  readonly matches: readonly Match[];
  readonly quote: SeenQuote | undefined;
}

/** What the viewer gets of a quoted post; `judgement` and `card` only where it is shown. */
export interface SeenQuote {
  readonly postId: string;
  readonly state: QuoteState;
  readonly shown: (QuoteRecord & { readonly card: PostCard }) | undefined;
  readonly judgement: Judgement | undefined;
}

/** What a viewer may see of some posts; the others are not there, whyever. */
export interface Seen {
  readonly posts: ReadonlyMap<string, SeenPost>;
  readonly relations: Relations;
  readonly viewerId: string | undefined;
  readonly now: Date;
}

/** For whom, where and when posts are judged. */
export interface Looking {
  readonly viewerId: string | undefined;
  readonly surface: Surface;
  readonly now: Date;
  /** The viewer's own; see filtersOf. */
  readonly filters?: Filters | undefined;
}

/** What the caller of a method looks at, and where. Methods that name no surface look as a thread does. */
export const lookingAs = ({ actor, method, now }: Context): Looking => ({
  viewerId: actor?.accountId,
  surface: optionsOf(method).surface || Surface.THREAD,
  now,
});

/**
 * Decides what the caller may see of these posts: one question to social-graph for all authors, those of quoted posts
 * and `also` included. Everything that content shows has passed here.
 */
export async function visible(
  deps: Pick<Deps, "peers">,
  ctx: Context,
  records: Iterable<PostRecord>,
  more: { readonly filters?: Filters | undefined; readonly also?: readonly string[] } = {},
): Promise<Seen> {
  const all = [...records].filter(isThere);
  const looking = { ...lookingAs(ctx), filters: more.filters };
  const accounts = [...all.map(({ authorId }) => authorId), ...all.flatMap(({ quote }) => quote?.authorId ?? [])];
  const relations = await relate(deps, looking.viewerId, looking.surface, accounts.concat(more.also ?? []));
  judged(ctx);
  return judge(all, relations, looking);
}

/** The decision itself, from what is known. Only `visible` and what was just written by its own author come here. */
export function judge(records: readonly PostRecord[], relations: Relations, looking: Looking): Seen {
  const posts = new Map<string, SeenPost>();
  for (const record of records) {
    const seen = judgeOne(record, relations, looking);
    if (seen) posts.set(record.id, seen);
  }
  return { posts, relations, viewerId: looking.viewerId, now: looking.now };
}

function judgeOne(record: PostRecord, relations: Relations, looking: Looking): SeenPost | undefined {
  const { card, state, authorId, author } = record;
  if (!card || state === "TOMBSTONE") return undefined; // nothing to judge: it is not there
  const subject = relations(authorId);
  if (state !== "PUBLISHED" && !subject.facts?.self) return undefined;
  const judgement = decideCard(card, subject, looking);
  if (judgement.verdict === Verdict.HIDE) return undefined;
  const quote = record.quote && judgeQuote(record.quote, relations, looking);
  const { surface, now, filters } = looking;
  const { hidden, matches } = matchFilters(
    filters,
    { card, author, quoted: quote?.shown },
    { surface, now, following: subject.facts?.following ?? false },
  );
  if (hidden) return undefined;
  const shown = { record: { ...record, card }, subject, matches, quote };
  return { ...shown, judgement: matches.length > 0 ? FILTERED : judgement };
}

function judgeQuote(quote: QuoteRecord, relations: Relations, looking: Looking): SeenQuote {
  const { postId, card, state, asks, consent } = quote;
  const unseen = (why: QuoteState): SeenQuote => ({ postId, state: why, shown: undefined, judgement: undefined });
  // First, for what its author decided about the quote is nobody's business who may not see the post.
  if (!card || state !== "PUBLISHED") return unseen(QuoteState.UNAVAILABLE);
  const judgement = decideCard(card, relations(quote.authorId), looking);
  if (judgement.verdict === Verdict.HIDE) return unseen(QuoteState.UNAVAILABLE);
  if (consent === "REJECTED" || consent === "DETACHED") return unseen(QuoteState.WITHHELD);
  if (asks && consent === undefined) return unseen(QuoteState.PENDING);
  return { postId, state: QuoteState.SHOWN, shown: { ...quote, card }, judgement };
}

/** May the viewer see what this card says? */
export const decideCard = (card: PostCard, { facts }: Subject, { surface, viewerId }: Looking): Judgement =>
  decidePost(surface, facts, {
    audience: card.audience,
    mentioned: viewerId !== undefined && card.mentionedIds.includes(viewerId),
  });

const FILTERED: Judgement = { verdict: Verdict.WARN, reason: VisibilityReason.FILTERED };
