import type { MissingSource } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Context } from "#mesh/context.ts";
import type { Deps } from "../deps.ts";
import { readHome } from "../hot/homes.ts";
import { readViewer } from "../store/viewer.ts";
import { hydrate, type Item } from "../view/hydrate.ts";
import { openSkeleton } from "../view/skeleton.ts";
import { FOLLOWED } from "./known.ts";

/** The head of a home as its owner may see it now. */
export interface Look {
  /** Newest first. */
  readonly items: readonly Item[];
  /** The items as encoded TimelineItems, at the same places. */
  readonly bytes: readonly Uint8Array[];
  /** The oldest place that was looked at; undefined if that was all there is. */
  readonly floor: string | undefined;
  readonly doubtful: boolean;
  readonly missing: readonly MissingSource[];
}

/** Candidates that are looked at beyond those wanted: some are not for this viewer. */
const RESERVE = 20;

/** Reads the head anew, by time: the same candidates, rules and bytes as a page has. */
export async function lookAtHome(deps: Deps, ctx: Context, viewerId: string, wanted = FOLLOWED): Promise<Look> {
  const home = await readHome(deps, viewerId);
  const { trust } = home;
  const viewer = await readViewer(deps, viewerId, trust);
  const skeleton = await openSkeleton(deps, { viewer, home });
  const { candidates, end } = await skeleton.older(undefined, wanted + RESERVE);
  const now = deps.clock.now();
  const page = await hydrate(deps, ctx, candidates, { timeline: "HOME", viewer, trust, now, limit: wanted });
  const all = end && page.decided === candidates.length;
  return {
    items: page.items,
    bytes: page.bytes,
    floor: all ? undefined : candidates[Math.max(0, page.decided - 1)]?.id,
    doubtful: page.unknown > 0,
    missing: page.missing,
  };
}
