import { recent } from "#mesh/identity/recent.ts";
import type { Filters } from "#mesh/judging/filter.ts";

/** What is kept of a viewer between reads: each part under the version that it was found at. */
export interface Remembered {
  readonly edges: string;
  readonly tiers: string;
  readonly pullSet: readonly string[];
  readonly filterEpoch: string;
  readonly filters: Filters | undefined;
}

/** Viewers in this process's memory. The statement that reads a viewer says whether what is here still holds. */
export interface KnownViewers {
  get(viewerId: string, now: Date): Remembered | undefined;
  keep(viewerId: string, one: Remembered, now: Date): void;
}

const MOST = 20_000;
/** States of filters' automata that are kept in one process, some 60 bytes each; who exceeds it is read anew each time. */
const MOST_STATES = 20_000;
/** Versions start anew when a database is restored: nothing lives on for long on their word alone. */
const LIFE_MS = 10 * 60_000;

/** Nobody is known yet. */
export function createKnownViewers(most = MOST): KnownViewers {
  const kept = recent<{ one: Remembered; until: number }>(most);
  return {
    get(viewerId, now) {
      const found = kept.get(viewerId);
      return found && found.until > now.getTime() ? found.one : undefined;
    },
    keep(viewerId, one, now) {
      if ((one.filters?.phrases.size ?? 0) > MOST_STATES) return kept.delete(viewerId);
      kept.set(viewerId, { one, until: now.getTime() + LIFE_MS });
    },
  };
}
