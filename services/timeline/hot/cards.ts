import type { Card, Entry } from "../view/shapes.ts";
import { type Looking, type LookUpDeps, lookUp, type Page } from "./look-up.ts";

/** Places in timelines: posts under their own id, shares under theirs. Those that there are not, or no more, are missing. */
export const readEntries = async (deps: LookUpDeps, ids: readonly string[]): Promise<ReadonlyMap<string, Entry>> =>
  (await lookUp(deps, ids, APART)).entries;

/** Cards of posts; deleted ones say so, those that nobody knows are missing. `bytes` go out as they are. */
export const readCards = async (deps: LookUpDeps, postIds: readonly string[]): Promise<ReadonlyMap<string, Card>> =>
  (await lookUp(deps, postIds, APART)).cards;

/** Everything about a page of places: entries, the cards that they show and those that these quote, and the counters. */
export const readPage = (
  deps: LookUpDeps,
  entryIds: readonly string[],
  more: Omit<Looking, "following"> = {},
): Promise<Page> => lookUp(deps, entryIds, { ...more, following: true });

export const APART = { following: false } as const;
