import type { Counts } from "../view/shapes.ts";
import { APART } from "./cards.ts";
import { type LookUpDeps, lookUp } from "./look-up.ts";

/** Counters of posts, exact as far as events have come. Of posts that nobody knows they are missing. */
export const readCounts = async (deps: LookUpDeps, postIds: readonly string[]): Promise<ReadonlyMap<string, Counts>> =>
  (await lookUp(deps, postIds, APART)).counts;

export { readPage } from "./cards.ts";
