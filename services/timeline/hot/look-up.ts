import type { Deps } from "../deps.ts";
import type { Card, Counts, Entry } from "../view/shapes.ts";
import { cardOf, entryOf } from "./card-of.ts";
import { type CopyDeps, readCopies } from "./copies.ts";
import { fetchStored } from "./fetch-stored.ts";
import * as layout from "./layout.ts";
import type { Known } from "./memory.ts";

export type LookUpDeps = CopyDeps & Pick<Deps, "db" | "posts" | "shares" | "flights">;

/** What is known of places in timelines, and of the posts that they show. What there is not is missing. */
export interface Page {
  readonly entries: Map<string, Entry>;
  readonly cards: Map<string, Card>;
  readonly counts: Map<string, Counts>;
  /** Absent where not all of it was hot. */
  proof?: Proof;
}

/** What Redis said when the page was made, and of which places: while it says the same, the page is the same. */
interface Proof {
  readonly asked: readonly string[];
  readonly stamps: Buffer;
}

/** A share, what it shows, what that quotes: deeper nothing goes. */
const DEEPEST = 3;

/**
 * Looks up posts and shares. Redis says in one trip which revisions hold; what memory has of them need not be fetched, and
 * what nobody has comes from the database. With `following`, what shares show and what posts quote comes along: as far as
 * memory foresees it in the same trip, so that a warm page costs one. If it is what was there `before`, it is that very page.
 */
export async function lookUp(
  deps: LookUpDeps,
  ids: readonly string[],
  following: boolean,
  before?: Page,
): Promise<Page> {
  const page: Page = { entries: new Map(), cards: new Map(), counts: new Map() };
  const again = before?.proof && startsWith(before.proof.asked, ids) ? before.proof : undefined;
  const seen = new Set(again?.asked ?? ids);
  if (following && !again) foresee(deps, ids, seen);
  let next: readonly string[] = again?.asked ?? [...seen];
  for (let depth = 0; depth < DEEPEST && next.length > 0; depth++) {
    const asked = next;
    const places = await readCopies(deps, (keys) => asked.map(keys.place));
    const proof = depth === 0 && following && places ? { asked, stamps: stampsOf(asked, places) } : undefined;
    if (before && again && proof?.stamps.equals(again.stamps)) return before;
    const { leads, hot } = await round(deps, asked, places, page);
    if (!following) break;
    const more = [...new Set(leads)].filter((id) => !seen.has(id));
    for (const id of more) seen.add(id);
    if (proof && hot && more.length === 0) page.proof = proof;
    next = more;
  }
  return page;
}

const startsWith = (all: readonly string[], first: readonly string[]): boolean =>
  all.length >= first.length && first.every((id, at) => id === all[at]);

const ABSENT = Buffer.of(0);

/** Each begins with its kind, so their lengths need not be told. */
const stampsOf = (ids: readonly string[], places: Places): Buffer =>
  Buffer.concat(ids.map((_, at) => places[at] ?? ABSENT));

type Places = readonly (Buffer | null)[];

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
  places: Places | undefined,
  page: Page,
): Promise<{ leads: string[]; hot: boolean }> {
  const leads: string[] = [];
  const missing: string[] = [];
  const faded: Faded[] = [];
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at] as string;
    const hot = places?.[at];
    if (hot && layout.isPost(hot)) {
      const revision = layout.cardRevision(hot);
      const counted = layout.countsRevision(hot);
      const known = deps.posts.get(id);
      if (layout.stateIn(hot) === layout.State.GONE) continue;
      if (revision === 0 || counted === undefined) missing.push(id);
      else if (known?.revision !== revision) faded.push({ id, hot });
      else show(page, id, recounted(known, counted, hot), leads);
    } else if (hot && layout.isShare(hot)) showShare(page, shareOf(deps, id, hot), leads);
    else if (!hot || !layout.isGone(hot)) missing.push(id);
  }
  missing.push(...(await refresh(deps, faded, page, leads)));
  for (const [id, stored] of missing.length > 0 ? await fetchStored(deps, missing, places !== undefined) : []) {
    if ("card" in stored) show(page, id, stored, leads);
    else showShare(page, stored, leads);
  }
  return { leads, hot: missing.length === 0 };
}

function show(page: Page, id: string, { card, entry, counted }: Known, leads: string[]): void {
  page.cards.set(id, card);
  page.entries.set(id, entry);
  page.counts.set(id, counted.counts);
  if (card.quotedId) leads.push(card.quotedId);
}

function showShare(page: Page, share: Entry, leads: string[]): void {
  page.entries.set(share.id, share);
  leads.push(share.postId);
}

function shareOf({ shares }: LookUpDeps, id: string, hot: Buffer): Entry {
  const known = shares.get(id);
  if (known) return known;
  const share = layout.shareIn(id, hot);
  shares.set(id, share);
  return share;
}

function recounted(known: Known, revision: number, hot: Buffer): Known {
  if (known.counted.revision !== revision) known.counted = { revision, counts: layout.countsIn(hot) };
  return known;
}

/** A post of which memory has another revision than the one that holds, or none. */
interface Faded {
  readonly id: string;
  readonly hot: Buffer;
}

/** Fetches cards from Redis and shows them; returns whose cards are not there. */
async function refresh(deps: LookUpDeps, faded: readonly Faded[], page: Page, leads: string[]): Promise<string[]> {
  if (faded.length === 0) return [];
  const cards = await readCopies(deps, (keys) => faded.map(({ id }) => keys.card(id)));
  return faded.flatMap(({ id, hot }, at) => {
    const known = knownIn(id, hot, cards?.[at]);
    if (!known) return [id];
    deps.posts.set(id, known);
    show(page, id, known, leads);
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
