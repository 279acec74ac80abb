import type { MessageInitShape } from "@bufbuild/protobuf";
import { GapReason, type GapSchema } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import type { Deps } from "../deps.ts";
import { packPlaces, unpackPlaces } from "../rules/packed-places.ts";
import { NOTHING_SEEN } from "../rules/seen-posts.ts";
import type { OpenedHome } from "./home.ts";
import { readHomePlace } from "./home-source.ts";
import type { Item } from "./hydrate.ts";
import { packReading, type Reading, type Source, type TimelinePage, unpackReading } from "./page.ts";
import type { Skeleton } from "./skeleton.ts";

type Gap = MessageInitShape<typeof GapSchema>;
type Needs = Pick<Deps, "cursors">;

const method = TimelineService.method.fillGap;

/** More would not fit into a token; PARTIAL says that something is missing all the same. */
const MOST_NAMED = 100;

/** Places of a stretch by time: ["range", before, until]. And of candidates by themselves: ["named", packed]. */
const gapOf = ({ cursors }: Needs, reading: Reading, reason: GapReason, afterItemId: string): Gap => ({
  token: cursors.wrap(method, packReading(reading)),
  reason,
  afterItemId,
});

/** Where the reading of a gap's token is; one that is not ours is refused. */
export const readGap = ({ cursors }: Needs, token: string): Reading => unpackReading(cursors.unwrap(method, token));

/** What lies between the end of a page by time and the newest item that the client has. */
export async function unreadBehind(
  deps: Needs,
  { skeleton }: Pick<OpenedHome, "skeleton">,
  { items, next }: Pick<TimelinePage, "items" | "next">,
  known: string,
): Promise<Gap[]> {
  const place = next?.place && readHomePlace(next.place);
  if (!next || place?.kind !== "time") return [];
  const { candidates } = await (await skeleton()).older(place.before, 1);
  if (!candidates.some(({ id }) => id > known)) return [];
  const range = ["range", place.before ?? "", known];
  return [gapOf(deps, { place: range, seen: next.seen }, GapReason.NOT_READ_YET, lastOf(items))];
}

/** What is newer than the newest item that the client has, and not on the first page of a ranked head. */
export async function unreadOfHead(
  deps: Needs & Pick<Deps, "config">,
  { skeleton }: Pick<OpenedHome, "skeleton">,
  { items }: Pick<TimelinePage, "items">,
  known: string,
): Promise<Gap[]> {
  const shown = new Set(items.flatMap(({ candidate, shares }) => [candidate.id, ...shares.map(({ id }) => id)]));
  const { candidates } = await (await skeleton()).older(undefined, deps.config.headEntries);
  if (!candidates.some(({ id }) => id > known && !shown.has(id))) return [];
  const seen = NOTHING_SEEN.with(items.map(({ entry }) => entry.postId));
  return [gapOf(deps, { place: ["range", "", known], seen }, GapReason.NOT_READ_YET, lastOf(items))];
}

/** What is left of a gap behind a page of it. */
export const leftOf = (deps: Needs, { items, next }: Pick<TimelinePage, "items" | "next">): Gap[] =>
  next ? [gapOf(deps, next, GapReason.NOT_READ_YET, lastOf(items))] : [];

/** Candidates about which nobody could tell in time: they may be asked for again. */
export function away(deps: Needs, { doubtful, items }: Pick<TimelinePage, "items" | "doubtful">): Gap[] {
  if (doubtful.length === 0) return [];
  const packed = packPlaces(doubtful.slice(0, MOST_NAMED)).toString("base64url");
  return [gapOf(deps, { place: ["named", packed], seen: NOTHING_SEEN }, GapReason.SOURCE_AWAY, lastOf(items))];
}

const lastOf = (items: readonly Item[]): string => items.at(-1)?.candidate.id ?? "";

/** A gap as pages are cut out of it, newest first. */
export const gapSource =
  (skeleton: () => Promise<Skeleton>): Source =>
  async ([kind, second = "", until = ""] = [], wanted) => {
    if (kind === "named") {
      const named = unpackPlaces(Buffer.from(second, "base64url"));
      const placeAfter = (decided: number) => ["named", packPlaces(named.slice(decided)).toString("base64url")];
      return { candidates: named.slice(0, wanted), end: named.length <= wanted, placeAfter };
    }
    const { candidates, end } = await (await skeleton()).older(second || undefined, wanted + 1);
    const inside = candidates.filter(({ id }) => id > until);
    return {
      candidates: inside.slice(0, wanted),
      end: inside.length <= wanted && (end || inside.length < candidates.length),
      placeAfter: (decided) => ["range", inside[decided - 1]?.id ?? second, until],
    };
  };
