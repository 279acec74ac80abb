import type { Deps } from "../deps.ts";
import type { Card, Counts, Entry } from "../view/shapes.ts";
import { cardOf, entryOf } from "./card-of.ts";
import { type CopyDeps, readCopies } from "./copies.ts";
import { fetchStored } from "./fetch-stored.ts";
import * as layout from "./layout.ts";
import type { Known } from "./memory.ts";
import { hearPlaces, type Placed } from "./place-news.ts";

export type LookUpDeps = CopyDeps & Pick<Deps, "db" | "posts" | "shares" | "flights" | "placeNews">;

/** What is known of places in timelines, and of the posts that they show. What there is not is missing. */
export interface Page {
  readonly entries: Map<string, Entry>;
  readonly cards: Map<string, Card>;
  readonly counts: Map<string, Counts>;
  /** Absent where not all of it was hot. */
  proof?: Proof;
}

/** Of which places the page was made, and up to when it is known that none of them has changed since. */
interface Proof {
  readonly asked: readonly string[];
  moment: number;
}

/** A share, what it shows, what that quotes: deeper nothing goes. */
const DEEPEST = 3;

/** How a page is looked up. */
export interface Looking {
  /** What shares show and what posts quote comes along. */
  readonly following: boolean;
  /** The page of the time before: if it still holds, it is that very page. */
  readonly before?: Page | undefined;
  /** The news of places, if they are heard already. */
  readonly heard?: Promise<boolean> | undefined;
}

/**
 * Looks up posts and shares. Redis says in one trip which of those in memory were written since, in one more which
 * revisions hold of all others; what memory has of them need not be fetched, and what nobody has comes from the database.
 */
export async function lookUp(
  deps: LookUpDeps,
  ids: readonly string[],
  { following, before, heard = hearPlaces(deps) }: Looking,
): Promise<Page> {
  const { places } = deps.placeNews;
  const hears = await heard;
  const { moment } = places;
  const again = before?.proof;
  if (before && again && hears && startsWith(again.asked, ids) && places.unchanged(again.asked, again.moment)) {
    again.moment = moment;
    return before;
  }
  const page: Page = { entries: new Map(), cards: new Map(), counts: new Map() };
  const seen = new Set(ids);
  if (following) foresee(deps, ids, seen);
  let next: readonly string[] = [...seen];
  for (let depth = 0; depth < DEEPEST && next.length > 0; depth++) {
    const { leads, hot } = await round(deps, next, hears, page);
    if (!following) break;
    const more = [...new Set(leads)].filter((id) => !seen.has(id));
    for (const id of more) seen.add(id);
    if (depth === 0 && hears && hot && more.length === 0) page.proof = { asked: next, moment };
    next = more;
  }
  return page;
}

const startsWith = (all: readonly string[], first: readonly string[]): boolean =>
  all.length >= first.length && first.every((id, at) => id === all[at]);

function foresee({ posts, shares }: LookUpDeps, ids: readonly string[], wanted: Set<string>): void {
  for (const id of ids) {
    const known = posts.get(id);
    const shown = known ? undefined : shares.get(id)?.postId;
    if (shown) wanted.add(shown);
    const quoted = (shown ? posts.get(shown) : known)?.card.quotedId;
    if (quoted) wanted.add(quoted);
  }
}

/** Adds to the page what is found, and returns which posts that leads to, and whether all of it was hot. */
async function round(
  deps: LookUpDeps,
  ids: readonly string[],
  hears: boolean,
  page: Page,
): Promise<{ leads: string[]; hot: boolean }> {
  const leads: string[] = [];
  const { places } = deps.placeNews;
  const unknown: string[] = [];
  for (const id of ids) {
    const placed = hears ? places.get(id) : undefined;
    if (placed) show(page, id, placed, leads);
    else unknown.push(id);
  }
  if (unknown.length === 0) return { leads, hot: true };
  const { moment } = places;
  const copies = await readCopies(deps, (keys) => unknown.map(keys.place));
  const missing: string[] = [];
  const faded: Faded[] = [];
  const found = (id: string, placed: Placed): void => {
    if (hears) places.learn(id, placed, moment);
    show(page, id, placed, leads);
  };
  for (let at = 0; at < unknown.length; at++) {
    const id = unknown[at] as string;
    const hot = copies?.[at];
    if (hot && layout.isPost(hot)) {
      const revision = layout.cardRevision(hot);
      const counted = layout.countsRevision(hot);
      const known = deps.posts.get(id);
      if (layout.stateIn(hot) === layout.State.GONE) found(id, "GONE");
      else if (revision === 0 || counted === undefined) missing.push(id);
      else if (known?.revision !== revision) faded.push({ id, hot });
      else found(id, { ...known, counted: { revision: counted, counts: layout.countsIn(hot) } });
    } else if (hot && layout.isShare(hot)) found(id, shareOf(deps, id, hot));
    else if (hot && layout.isGone(hot)) found(id, "GONE");
    else missing.push(id);
  }
  missing.push(...(await refresh(deps, faded, found)));
  // Not learned: the database may lag behind what its consumer has told already.
  for (const [id, stored] of missing.length > 0 ? await fetchStored(deps, missing, copies !== undefined) : [])
    show(page, id, stored, leads);
  return { leads, hot: missing.length === 0 };
}

function show(page: Page, id: string, placed: Placed, leads: string[]): void {
  if (placed === "GONE") return;
  if ("share" in placed) {
    page.entries.set(placed.id, placed);
    leads.push(placed.postId);
    return;
  }
  page.cards.set(id, placed.card);
  page.entries.set(id, placed.entry);
  page.counts.set(id, placed.counted.counts);
  if (placed.card.quotedId) leads.push(placed.card.quotedId);
}

function shareOf({ shares }: LookUpDeps, id: string, hot: Buffer): Entry {
  const known = shares.get(id);
  if (known) return known;
  const share = layout.shareIn(id, hot);
  shares.set(id, share);
  return share;
}

/** A post of which memory has another revision than the one that holds, or none. */
interface Faded {
  readonly id: string;
  readonly hot: Buffer;
}

/** Fetches cards from Redis and gives those that it has; returns whose cards are not there. */
async function refresh(
  deps: LookUpDeps,
  faded: readonly Faded[],
  found: (id: string, known: Known) => void,
): Promise<string[]> {
  if (faded.length === 0) return [];
  const cards = await readCopies(deps, (keys) => faded.map(({ id }) => keys.card(id)));
  return faded.flatMap(({ id, hot }, at) => {
    const known = knownIn(id, hot, cards?.[at]);
    if (!known) return [id];
    deps.posts.set(id, known);
    found(id, known);
    return [];
  });
}

function knownIn(id: string, hot: Buffer, kept: Buffer | null | undefined): Known | undefined {
  const revision = layout.cardRevision(hot);
  if (!kept || kept.length < 8 || kept.readDoubleBE(0) !== revision) return undefined;
  const reading = { state: layout.stateIn(hot), consent: layout.consentIn(hot) };
  const card = cardOf(Buffer.from(kept.subarray(8)), reading); // a copy: a view would hold all that came with it
  if (card.postId !== id) return undefined;
  const counted = { revision: layout.countsRevision(hot) ?? 0, counts: layout.countsIn(hot) };
  return { revision, card, entry: entryOf(card), counted };
}
