import { TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Deps } from "../deps.ts";
import { type Part, readHome, trustIn } from "../hot/homes.ts";
import { readPin } from "../hot/pins.ts";
import type { Trust } from "../store/trust.ts";
import type { Viewer } from "../store/viewer.ts";
import { readViewer } from "../store/viewer.ts";
import { type HomePlace, type HomeSource, sourceByTime, sourceFromHead, sourceFromPin } from "./home-source.ts";
import { openSkeleton, type Skeleton } from "./skeleton.ts";

/** What a home's page stands on: whoever reads one honours its caller's token for these. */
export const homeConsumers = [
  ...["keep-posts", "count-reactions", "keep-wishes", "keep-edges", "keep-accounts"],
  ...["deliver-posts", "fill-homes"],
] as const;

/** A home that is being read. */
export interface OpenedHome {
  readonly viewer: Viewer;
  readonly trust: Trust | undefined;
  readonly skeleton: () => Promise<Skeleton>;
}

/** Reads what lies in the home and who looks: one trip, if it is warm and its reader remembered. */
export async function openHome(deps: Deps, viewerId: string, part?: Part): Promise<OpenedHome> {
  const home = await readHome(deps, viewerId, part);
  const viewer = await readViewer(deps, viewerId, home.trust);
  const opened = openSkeleton(deps, { viewer, home, most: part?.most });
  opened.catch(() => undefined);
  return { viewer, trust: home.trust, skeleton: () => opened };
}

/** A home from a place on; `reset`: the order that the place is in is gone, and this is a first page. */
export interface HomeFrom extends OpenedHome {
  readonly source: HomeSource;
  readonly reset: boolean;
}

/** What is asked of a home. */
export interface HomeWish {
  readonly place: HomePlace | undefined;
  /** Of a first page; unspecified: as the viewer has set it. */
  readonly mode: TimelineMode;
  readonly now: Date;
  readonly limit: number;
}

/** Opens a home where a reading begins or goes on. */
export async function homeFrom(deps: Deps, viewerId: string, { place, mode, now, limit }: HomeWish): Promise<HomeFrom> {
  if (place?.kind === "head") {
    const [trust, pin] = await Promise.all([trustIn(deps, viewerId), readPin(deps, viewerId, place.pin)]);
    const viewer = await readViewer(deps, viewerId, trust);
    // Behind its head a home is opened late: most pages do not come so far.
    let late: Promise<Skeleton> | undefined;
    const skeleton = () => {
      late ??= readHome(deps, viewerId).then((home) => openSkeleton(deps, { viewer, home }));
      return late;
    };
    const reader = { viewer, now, mode: TimelineMode.RANKED, skeleton };
    if (pin) return { viewer, trust, skeleton, source: sourceFromPin(reader, place.pin, pin), reset: false };
    return { viewer, trust, skeleton, source: await sourceFromHead(deps, reader), reset: true };
  }
  const part = place ? { most: limit * 2, before: place.before } : { most: mostFor(deps, mode, limit) };
  const opened = await openHome(deps, viewerId, part);
  const wanted = place?.mode || mode || opened.viewer.settings.mode || TimelineMode.RANKED;
  const reader = { ...opened, now, mode: wanted };
  const ranked = !place && wanted === TimelineMode.RANKED;
  return { ...opened, source: await (ranked ? sourceFromHead(deps, reader) : sourceByTime(reader)), reset: false };
}

/** So many entries a first page needs of what is kept hot: all of it is ten times as much. */
const mostFor = ({ config }: Pick<Deps, "config">, mode: TimelineMode, limit: number): number =>
  mode === TimelineMode.CHRONOLOGICAL ? limit * 2 : config.headEntries + 8;
