import { type MissingSource, TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Deps } from "../deps.ts";
import { type Pin, writePin } from "../hot/pins.ts";
import { countPlaces, unpackPlaces } from "../rules/packed-places.ts";
import type { Viewer } from "../store/viewer.ts";
import { rankHead } from "./head.ts";
import type { Listed, Source } from "./page.ts";
import type { Candidate } from "./shapes.ts";
import type { Skeleton } from "./skeleton.ts";

/**
 * Where a home goes on. In a ranked head: behind so many of its pinned places. Else by time: before an id, and whether
 * that is the rest behind a head.
 */
export type HomePlace =
  | { readonly kind: "head"; readonly pin: string; readonly offset: number }
  | { readonly kind: "time"; readonly before: string | undefined; readonly mode: TimelineMode };

/** A place as a token keeps it. */
export const writeHomePlace = (place: HomePlace): string[] =>
  place.kind === "head" ? ["head", place.pin, String(place.offset)] : ["time", place.before ?? "", String(place.mode)];

/** A place as a token of ours kept it. */
export function readHomePlace([kind, second = "", third = ""]: readonly string[]): HomePlace {
  if (kind === "head") return { kind, pin: second, offset: Number(third) };
  return { kind: "time", before: second || undefined, mode: Number(third) as TimelineMode };
}

/** A home as pages are cut out of it. */
export interface HomeSource {
  readonly read: Source;
  /** What the order had to do without. */
  readonly missing: readonly MissingSource[];
  /** The order that it has in the end: without Redis no head can be pinned, and it goes by time. */
  readonly mode: TimelineMode;
}

/** What a home is read with. */
export interface Reader {
  readonly viewer: Viewer;
  readonly now: Date;
  readonly mode: TimelineMode;
  readonly skeleton: () => Promise<Skeleton>;
}

/** A home by time, from a place on. */
export async function sourceByTime(reader: Reader): Promise<HomeSource> {
  const { mode } = reader;
  const read: Source = async (place, wanted) => {
    const at = place && readHomePlace(place);
    const before = at?.kind === "time" ? at.before : undefined;
    const skeleton = await reader.skeleton();
    return byTime(await skeleton.older(before, wanted), before, mode);
  };
  return { read, missing: [], mode };
}

/** A ranked home from its beginning: the order of its head is worked out and pinned. */
export async function sourceFromHead(deps: Deps, reader: Reader): Promise<HomeSource> {
  const { viewer, now } = reader;
  const { places, end, missing } = await rankHead(deps, viewer, await reader.skeleton(), now);
  const weights = deps.ranking.now.version;
  const id = places.length > 0 ? await writePin(deps, viewer.accountId, { t0: now, weights, places }) : undefined;
  if (id === undefined) return sourceByTime({ ...reader, mode: TimelineMode.CHRONOLOGICAL });
  const floor = places.reduce((lowest, place) => (place.id < lowest ? place.id : lowest), places[0]?.id ?? "");
  const cut = (from: number, to: number) => places.slice(from, to);
  const read = fromHead(reader, { id, floor, count: places.length, cut, end });
  return { read, missing, mode: TimelineMode.RANKED };
}

/** A ranked home whose head was pinned, from a place on. */
export function sourceFromPin(reader: Reader, id: string, { floor, places }: Pin): HomeSource {
  const cut = (from: number, to: number) => unpackPlaces(places, from, to - from);
  const read = fromHead(reader, { id, floor, count: countPlaces(places), cut, end: false });
  return { read, missing: [], mode: TimelineMode.RANKED };
}

interface Pinned {
  readonly id: string;
  readonly floor: string;
  readonly count: number;
  readonly cut: (from: number, to: number) => readonly Candidate[];
  /** Nothing is known to lie behind it. */
  readonly end: boolean;
}

/** What is left of a head, and by time what lies behind it. */
function fromHead(reader: Reader, { id, floor, count, cut, end }: Pinned): Source {
  return async (place, wanted) => {
    const at = place ? readHomePlace(place) : ({ kind: "head", pin: id, offset: 0 } as const);
    const offset = at.kind === "head" ? at.offset : count;
    const head = cut(offset, Math.min(count, offset + wanted));
    const before = at.kind === "time" ? at.before : floor;
    const whole = offset + head.length === count;
    const mode = TimelineMode.RANKED;
    const rest =
      whole && !end && head.length < wanted
        ? byTime(await (await reader.skeleton()).older(before, wanted - head.length), before, mode)
        : byTime({ candidates: [], end: whole && end }, before, mode);
    return {
      candidates: [...head, ...rest.candidates],
      end: rest.end,
      placeAfter: (decided) =>
        decided < head.length || !whole
          ? writeHomePlace({ kind: "head", pin: id, offset: offset + decided })
          : rest.placeAfter(decided - head.length),
    };
  };
}

function byTime(
  { candidates, end }: { candidates: readonly Candidate[]; end: boolean },
  from: string | undefined,
  mode: TimelineMode,
): Listed {
  return {
    candidates,
    end,
    placeAfter: (decided) => writeHomePlace({ kind: "time", before: candidates[decided - 1]?.id ?? from, mode }),
  };
}
