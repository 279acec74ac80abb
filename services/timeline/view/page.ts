import type { DescMethod, MessageShape } from "@bufbuild/protobuf";
import type { MissingSource } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Context } from "#mesh/context.ts";
import type { Deps } from "../deps.ts";
import { NOTHING_SEEN, type SeenPosts, seenIn } from "../rules/seen-posts.ts";
import { type Hydrated, hydrate, type Item, type Showing } from "./hydrate.ts";
import type { Ready } from "./ready.ts";
import type { Candidate } from "./shapes.ts";

/** Candidates from a place on, in the list's order. */
export interface Listed {
  readonly candidates: readonly Candidate[];
  /** Nothing lies behind them. */
  readonly end: boolean;
  /** The place behind the first so many of them; what it is made of is the source's affair, up to 8 short texts. */
  placeAfter(count: number): readonly string[];
}

/** Reads a list on from a place of its own; undefined is its beginning. `wanted` candidates, fewer only at the end. */
export type Source = (place: readonly string[] | undefined, wanted: number) => Promise<Listed>;

/** Where in a reading one is: the source's place, and what was shown that must not come again. */
export interface Reading {
  readonly place: readonly string[] | undefined;
  readonly seen: SeenPosts;
}

/** What a page holds before it is an answer. */
export interface TimelinePage {
  readonly items: readonly Item[];
  readonly bytes: readonly Uint8Array[];
  /** Where the reading goes on; undefined at the end. */
  readonly next: Reading | undefined;
  readonly missing: ReadonlySet<MissingSource>;
  /** Candidates whose visibility nobody could tell in time. */
  readonly doubtful: readonly Candidate[];
  readonly collapsed: number;
  /** Of the first round, which decided about `also`. */
  readonly gate: Hydrated["gate"] | undefined;
  /** What goes on behind it, once it was written. */
  token?: string;
}

/** A page is worth another look into the list while it is not half full, and never more than so often. */
const MOST_ROUNDS = 3;

/** So many candidates are looked at for a page: a few of them are not for this viewer. */
const withReserve = (limit: number): number => limit + (limit >> 3) + 2;

/**
 * The cursor contract of every list that timeline shows: pages may be short, an empty token is the only sign of the end,
 * and pages put behind each other repeat and skip nothing that was there when the first was read. A post comes once in
 * a reading, at the first of its places that the viewer may see.
 */
export async function pageOf(
  deps: Deps,
  ctx: Context | undefined,
  source: Source,
  from: Reading,
  { limit, ...showing }: Omit<Showing, "seen" | "limit"> & { readonly limit: number },
): Promise<TimelinePage> {
  let [place, seen] = [from.place, from.seen];
  const doubtful: Candidate[] = [];
  let collapsed = 0;
  const [items, bytes, missing]: [Item[], Uint8Array[], Set<MissingSource>] = [[], [], new Set()];
  let opened: Hydrated["gate"] | undefined;
  for (let round = 1; ; round++) {
    const wanted = limit - items.length;
    const listed = await source(place, withReserve(wanted));
    const page = await hydrate(deps, ctx, listed.candidates, { ...showing, limit: wanted, seen });
    const whole = round === 1 ? wholeOf(showing.slot?.ready, page, listed) : undefined;
    if (whole) return whole;
    items.push(...page.items);
    bytes.push(...page.bytes);
    for (const one of page.missing) missing.add(one);
    doubtful.push(...page.doubtful);
    collapsed += page.collapsed;
    opened ??= page.gate;
    seen = seen.with(page.items.flatMap(({ entry }) => (entry.share ? entry.postId : [])));
    const over = listed.end && page.decided === listed.candidates.length;
    place = over ? undefined : listed.placeAfter(page.decided);
    if (over || items.length * 2 >= limit || round === MOST_ROUNDS) {
      const shown: TimelinePage = {
        items,
        bytes,
        next: place && { place, seen },
        missing,
        doubtful,
        collapsed,
        gate: opened,
      };
      const ready = showing.slot?.ready;
      if (round === 1 && ready?.hydrated === page) ready.whole = { place: placeOf(listed, page), shown };
      return shown;
    }
  }
}

/** The page that the reader saw before, if this is it. */
const wholeOf = (ready: Ready | undefined, page: Hydrated, listed: Listed): TimelinePage | undefined =>
  ready?.hydrated === page && ready.whole?.place === placeOf(listed, page) ? ready.whole.shown : undefined;

const placeOf = (listed: Listed, { decided }: Hydrated): string =>
  `${listed.end} ${listed.placeAfter(decided).join(" ")}`;

/** A reading as a token holds it where nothing is asked but where it goes on. */
export const packReading = ({ place, seen }: Reading): Buffer =>
  Buffer.from(JSON.stringify([place, Buffer.from(seen.bytes()).toString("base64url")]));

/** The reading of a token that was opened. */
export function unpackReading(packed: Uint8Array): Reading {
  const [place, seen] = JSON.parse(Buffer.from(packed).toString());
  return { place, seen: seenIn(Buffer.from(seen, "base64url")) };
}

/** Parts the place from what was seen: a place alone is short, as it is in every list. */
const PART = ".";

/** Where a request's token says that the reading is; one that is not ours is refused. `request` without what may change from page to page. */
export function readingIn<M extends DescMethod>(
  { cursors }: Pick<Deps, "cursors">,
  method: M,
  request: MessageShape<M["input"]>,
  token: string,
): Reading {
  const [place = "", seen] = token.split(PART);
  const { after } = cursors.read(method, request, place);
  return { place: after, seen: seen ? seenIn(cursors.unwrap(method, seen)) : NOTHING_SEEN };
}

/** The token of a place in a reading; empty at the end. */
export function tokenOf<M extends DescMethod>(
  { cursors }: Pick<Deps, "cursors">,
  method: M,
  request: MessageShape<M["input"]>,
  next: Reading | undefined,
): string {
  if (!next?.place) return "";
  const { nextPageToken } = cursors.page(method, request, [next.place, next.place], 1, (place) => place);
  const seen = next.seen.bytes();
  return seen.length === 0 ? nextPageToken : nextPageToken + PART + cursors.wrap(method, seen);
}
