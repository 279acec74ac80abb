import { createMemory } from "./memory.ts";

/**
 * Facts in this process's memory, by id. They hold as long as whoever uses them has heard all news just before; what was
 * asked for before the last news of an id is not taken up any more.
 */
export interface Believed<V> {
  get(id: string): V | undefined;
  /** To be taken before one asks, and given with what was answered. */
  readonly moment: number;
  /** Whether none of them was in doubt since. */
  unchanged(ids: Iterable<string>, moment: number): boolean;
  learn(id: string, facts: V, moment: number): void;
  /** It is changing, which may take until then, or has changed. */
  doubt(id: string, until?: number): void;
  forget(): void;
}

/** Doubts that are told apart. With more of them it is forgotten when the old ones came: what was asked for before counts no more. */
const MOST_DOUBTS = 20_000;

/** Nothing is known yet. */
export function createBelieved<V>(most: number, now: () => number): Believed<V> {
  const kept = createMemory<V>(most);
  const doubts = new Map<string, { moment: number; until: number }>();
  let moment = 0;
  let horizon = 0;
  const forget = (): void => {
    horizon = ++moment;
    kept.clear();
    doubts.clear();
  };
  // What is kept was in doubt at no time since it came: it stays.
  const prune = (): void => {
    horizon = ++moment;
    const time = now();
    for (const [id, { until }] of doubts) if (until <= time) doubts.delete(id);
    if (doubts.size >= MOST_DOUBTS) forget();
  };
  return {
    get: (id) => kept.get(id),
    get moment() {
      return moment;
    },
    unchanged(ids, since) {
      if (since === moment) return true;
      if (since < horizon) return false;
      for (const id of ids) if ((doubts.get(id)?.moment ?? 0) > since) return false;
      return true;
    },
    learn(id, facts, asked) {
      if (asked < horizon) return;
      const doubt = doubts.get(id);
      if (doubt && (asked < doubt.moment || now() < doubt.until)) return;
      kept.set(id, facts);
    },
    doubt(id, until = 0) {
      if (doubts.size >= MOST_DOUBTS) prune();
      doubts.set(id, { moment: ++moment, until });
      kept.delete(id);
    },
    forget,
  };
}
