import { ItemSource } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Deps } from "../deps.ts";
import { readHome } from "../hot/homes.ts";
import { countOf, type EntryIds, idAt, idsIn, olderThan } from "../rules/entry-ids.ts";
import { type Lane, mergeLanes } from "../rules/merge-lanes.ts";
import { entriesBefore, taggedBefore } from "../store/posts.ts";
import { type Pulled, pulledFor } from "../store/pulled.ts";
import { followeesOf } from "../store/relations.ts";
import type { Viewer } from "../store/viewer.ts";
import type { Candidate, Home } from "./shapes.ts";

/** Everything that may belong into a viewer's home, by time, newest first. */
export interface Skeleton {
  /** Candidates older than `before`: as many as wanted, fewer only at the end. */
  older(before: string | undefined, wanted: number): Promise<{ candidates: readonly Candidate[]; end: boolean }>;
}

/** What a home's candidates are taken from. */
export interface Opened {
  readonly viewer: Viewer;
  readonly home: Home;
  /** So many entries were asked for, from where the reading is; undefined: all that are kept hot. */
  readonly most?: number | undefined;
}

/**
 * Joins what was delivered, what is pulled, what is still on its way, and what followed tags bring. Down to a floor all of
 * it is in memory; below, storage has everything, in the same order: there is no seam.
 */
export async function openSkeleton(deps: Deps, { viewer, home, most }: Opened): Promise<Skeleton> {
  let hot = home;
  let whole = most === undefined || countOf(home.ids) < most;
  const pulled = viewer.pullSet.length > 0 ? await pulledFor(deps, viewer.pullSet, home.mark) : undefined;
  const arriving: Lane = viewer.arriving.toSorted(descending).map((id) => ({ id, source: ItemSource.PUSHED }));

  const inMemory = (before: string | undefined, wanted: number): Candidate[] => {
    const floor = floorOf(hot, pulled);
    const within = ({ id }: Candidate): boolean => (before === undefined || id < before) && id >= floor;
    const pushed = hot.source === "HOT" ? ItemSource.PUSHED : ItemSource.STORED;
    const lanes = [laneOf(hot.ids, before, floor, wanted, pushed)];
    if (pulled) lanes.push(laneOf(pulled.ids, before, floor, wanted, ItemSource.PULLED));
    if (arriving.length > 0) lanes.push(arriving.filter(within));
    return mergeLanes(lanes, wanted);
  };

  const inStorage = async (before: string | undefined, floor: string, wanted: number): Promise<Lane> => {
    const bound = before !== undefined && before < floor ? before : floor;
    const actors = [...(await followeesOf(deps, viewer.accountId)), viewer.accountId];
    const ids = await entriesBefore(deps, actors, bound, wanted);
    return ids.map((id) => ({ id, source: ItemSource.STORED }));
  };

  const read = async (before: string | undefined, wanted: number): Promise<Stretch & { fromMemory: boolean }> => {
    const most = wanted + 1; // one more says whether that was all
    const tags = viewer.tags.length > 0 ? await taggedBefore(deps, viewer.tags, before, most) : [];
    let known: Lane = inMemory(before, most);
    if (known.length < most && !whole) {
      hot = await readHome(deps, viewer.accountId);
      whole = true;
      known = inMemory(before, most);
    }
    const floor = floorOf(hot, pulled);
    const deeper = known.length < most && floor !== "";
    if (deeper) known = [...known, ...(await inStorage(before, floor, most - known.length))];
    const tagged = tags.map(({ id, tag }) => ({ id, source: ItemSource.HASHTAG, hashtag: tag }));
    const candidates = mergeLanes([known, tagged], most);
    const fromMemory = hot === home && !deeper && viewer.tags.length === 0;
    return { candidates: candidates.slice(0, wanted), end: candidates.length <= wanted, fromMemory };
  };
  return {
    async older(before, wanted) {
      const held = home.trust?.stretch;
      const lies = { ids: home.ids, more: home.more, source: home.source, viewer, before, wanted };
      if (held && isSame(held.lies, lies)) return held.stretch;
      const { fromMemory, ...stretch } = await read(before, wanted);
      // Of what storage and tags bring nobody tells when it changes: they are asked each time.
      if (home.trust && fromMemory) home.trust.stretch = { lies, stretch };
      return stretch;
    },
  };
}

/** Some of a skeleton, in its order. */
interface Stretch {
  readonly candidates: readonly Candidate[];
  readonly end: boolean;
}

/** All that a stretch is made of, if nothing but the hot home was asked. The viewer is another one whenever its mark is. */
interface Lies extends Pick<Home, "ids" | "more" | "source"> {
  readonly viewer: Viewer;
  readonly before: string | undefined;
  readonly wanted: number;
}

/** The stretch that was read last. */
export interface HeldStretch {
  readonly lies: Lies;
  readonly stretch: Stretch;
}

const isSame = (one: Lies, other: Lies): boolean =>
  one.viewer === other.viewer &&
  one.before === other.before &&
  one.wanted === other.wanted &&
  one.more === other.more &&
  one.source === other.source &&
  one.ids.equals(other.ids);

const descending = (a: string, b: string): number => (a < b ? 1 : a > b ? -1 : 0);

/** Nothing in memory is lacking down to this id, itself included; empty: there is nothing but what is in memory. */
function floorOf({ ids, more }: Home, pulled: Pulled | undefined): string {
  const count = countOf(ids);
  const hot = more ? (count > 0 ? idAt(ids, count - 1) : NEWER_THAN_ALL) : "";
  return pulled && pulled.floor > hot ? pulled.floor : hot;
}

const NEWER_THAN_ALL = "ffffffff-ffff-ffff-ffff-ffffffffffff";

function laneOf(ids: EntryIds, before: string | undefined, floor: string, wanted: number, source: ItemSource): Lane {
  const lane: Candidate[] = [];
  for (const id of idsIn(olderThan(ids, before), wanted)) {
    if (id < floor) break;
    lane.push({ id, source });
  }
  return lane;
}
