import { failure } from "../failures.ts";

const building = new WeakMap<object, Set<string>>();

/**
 * Takes what is built anew, in this process, until disposal; refuses what is taken. Two processes that build the same do
 * the work twice and no harm: the position's row lets one of them take its place after the other.
 */
export function taken(db: object, what: readonly string[]): Disposable {
  const mine = building.get(db) ?? new Set();
  building.set(db, mine);
  if (what.some((one) => mine.has(one))) throw failure("REBUILD_RUNNING");
  for (const one of what) mine.add(one);
  return {
    [Symbol.dispose]() {
      for (const one of what) mine.delete(one);
    },
  };
}
