import { dumpHome, readHome } from "../hot/homes.ts";
import { idsIn } from "../rules/entry-ids.ts";
import type { Home } from "../view/shapes.ts";
import type { TimelineMesh } from "./start.ts";

/** A home as its owner would find it. */
export const homeOf = async ({ timeline }: TimelineMesh, viewerId: string): Promise<string[]> =>
  idsIn((await readHome(timeline, viewerId)).ids);

/** The same, and where it came from. */
export const sourceOf = async ({ timeline }: TimelineMesh, viewerId: string): Promise<Home["source"]> =>
  (await readHome(timeline, viewerId)).source;

/** What is kept hot, untouched; undefined if the home is dormant. */
export async function hotHomeOf({ timeline }: TimelineMesh, viewerId: string): Promise<string[] | undefined> {
  const ids = await dumpHome(timeline, viewerId);
  return ids && idsIn(ids);
}

/** Waits until everything has been delivered, large things too. */
export async function settleHomes(mesh: TimelineMesh): Promise<void> {
  await mesh.settle();
  await mesh.timeline.homes.lane.drain();
}

/** Newest first. */
export const newest = (...ids: string[]): string[] => ids.toSorted().toReversed();
