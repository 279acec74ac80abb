import { ItemSource, type MissingSource } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { type Context, judged } from "#mesh/context.ts";
import type { Deps } from "../deps.ts";
import { readPage } from "../hot/counts.ts";
import { type Admitted, admit, judgedOn, type Looking, type Refused, type TimelineKind } from "../rules/admit.ts";
import { NOTHING_SEEN, type SeenPosts } from "../rules/seen-posts.ts";
import type { Trust } from "../store/trust.ts";
import type { Viewer } from "../store/viewer.ts";
import { type Gate, gate, isFresh } from "./gate.ts";
import { present } from "./present.ts";
import { isReady, keepReady, type Slot } from "./ready.ts";
import type { Candidate, Card, Counts, Entry } from "./shapes.ts";

/** How candidates are shown. */
export interface Showing {
  readonly timeline: TimelineKind;
  /** Absent for anonymous viewers. */
  readonly viewer: Viewer | undefined;
  readonly now: Date;
  /** Stop after so many items; absent: show all. */
  readonly limit?: number;
  /** Posts that this reading has shown already. */
  readonly seen?: SeenPosts;
  /** The list that is read leaves reposts out. */
  readonly withoutReposts?: boolean;
  /** The caller has seen more than what we know: whom it may see is asked anew. */
  readonly doubted?: boolean;
  /** What may be believed of what this process remembers of the viewer. */
  readonly trust?: Trust | undefined;
  /** Where the page of the time before is, and this one is kept for the next. */
  readonly slot?: Slot | undefined;
  /** The news of places, if they are being heard already: since the reading began, and not earlier. */
  readonly heard?: Promise<boolean> | undefined;
  /** Accounts to be told about besides, by `gate`. */
  readonly also?: readonly string[];
}

/** An item that is shown, whole. */
export interface Item {
  readonly candidate: Candidate;
  readonly entry: Entry;
  readonly card: Card;
  readonly counts: Counts;
  readonly admitted: Admitted;
  /** The shares that brought it, newest first. */
  readonly shares: Entry[];
}

/** Candidates after the rules, in the order they came. */
export interface Hydrated {
  readonly items: readonly Item[];
  /** The items as encoded TimelineItems, at the same places. */
  readonly bytes: readonly Uint8Array[];
  /** So many candidates were decided about: the list goes on behind them. */
  readonly decided: number;
  /** Candidates that are not shown, by place. */
  readonly dropped: ReadonlyMap<number, Refused["absence"]>;
  /** Candidates whose visibility nobody could tell in time: they are a gap. */
  readonly unknown: number;
  readonly doubtful: readonly Candidate[];
  /** Shares that were folded into an item which was there already. */
  readonly collapsed: number;
  readonly missing: readonly MissingSource[];
  readonly gate: Gate;
}

/**
 * Fills candidates with everything their viewer may see of them, in their order: where all of it is remembered by the news of
 * places alone. What the rules keep out is dropped; nothing ever changes places.
 */
export async function hydrate(
  deps: Deps,
  ctx: Context | undefined,
  candidates: readonly Candidate[],
  showing: Showing,
): Promise<Hydrated> {
  const { timeline, viewer, doubted = false } = showing;
  const ready = doubted ? undefined : showing.slot?.ready;
  const page = await readPage(
    deps,
    candidates.map(({ id }) => id),
    { before: ready?.page, heard: showing.heard },
  );
  if (page === ready?.page && isReady(ready, candidates, showing, deps.accounts) && (await isFresh(deps))) {
    if (ctx) judged(ctx); // it was, when it was made
    return ready.hydrated;
  }
  const { moment } = deps.accounts;
  const about = { ...whom(page, showing.also ?? []), doubted, trust: showing.trust };
  const opened = await gate(deps, ctx, viewer?.accountId, judgedOn[timeline], about);
  const looking: Looking = {
    timeline,
    viewerId: viewer?.accountId,
    settings: viewer?.settings,
    filters: viewer?.filters,
    now: showing.now,
    gate: opened,
    withoutReposts: showing.withoutReposts ?? false,
  };
  const folded = fold(candidates, page, looking, showing);
  const bytes = folded.items.map((item) => present(item, looking));
  const hydrated = { ...folded, bytes, missing: opened.missing, gate: opened };
  keepReady(showing, { page, candidates, moment, hydrated });
  return hydrated;
}

type Page = Awaited<ReturnType<typeof readPage>>;

/** Everybody and everything about whom a page's rules ask. */
function whom({ entries, cards }: Page, also: readonly string[]): { accounts: Set<string>; posts: Set<string> } {
  const [accounts, posts] = [new Set(also), new Set<string>()];
  for (const { actorId, postId, share } of entries.values()) {
    if (share) accounts.add(actorId);
    posts.add(postId);
  }
  for (const { authorId, parentAuthorId } of cards.values()) {
    accounts.add(authorId);
    if (parentAuthorId !== undefined) accounts.add(parentAuthorId);
  }
  return { accounts, posts };
}

/** Decides about one candidate after the other. A post is one item, at the first of its places that is shown. */
function fold(candidates: readonly Candidate[], page: Page, looking: Looking, showing: Showing) {
  const { limit = Number.POSITIVE_INFINITY, seen = NOTHING_SEEN } = showing;
  const byPost = new Map<string, Item>();
  const dropped = new Map<number, Refused["absence"]>();
  const doubtful: Candidate[] = [];
  let [collapsed, decided] = [0, 0];
  for (const candidate of candidates) {
    const entry = page.entries.get(candidate.id);
    const card = entry && page.cards.get(entry.postId);
    const there = entry && byPost.get(entry.postId);
    if (byPost.size >= limit && !there) break;
    const place = decided++;
    if (!entry || !card || seen.has(entry.postId)) continue;
    if (there && !entry.share) continue;
    const quoted = card.quotedId === undefined ? undefined : page.cards.get(card.quotedId);
    const admitted = admit(looking, { candidate, entry, card, quoted });
    if (!admitted.shown) {
      dropped.set(place, admitted.absence);
      if (admitted.unknown) doubtful.push(candidate);
    } else if (there) {
      there.shares.push(entry);
      collapsed++;
    } else {
      const counts = page.counts.get(entry.postId) ?? NO_COUNTS;
      const shares = entry.share ? [entry] : [];
      byPost.set(entry.postId, {
        candidate: ownedBy(looking, candidate, entry),
        entry,
        card,
        counts,
        admitted,
        shares,
      });
    }
  }
  return { items: [...byPost.values()], decided, dropped, unknown: doubtful.length, doubtful, collapsed };
}

/** In a home, what the viewer did is the viewer's, however it came there. */
const ownedBy = ({ timeline, viewerId }: Looking, candidate: Candidate, { actorId }: Entry): Candidate =>
  timeline === "HOME" && actorId === viewerId ? { ...candidate, source: ItemSource.OWN } : candidate;

const NO_COUNTS: Counts = { likes: 0n, shares: 0n, replies: 0n, quotes: 0n, moderationScore: 0 };
