import type { LogEntry } from "./entry.ts";

/** Entries that writers of this process have told of, so that they need not be read again. */
export interface Told {
  add(entries: readonly LogEntry[]): void;
  /** What follows these positions, if nothing of it is missing; what is returned is forgotten. */
  take(from: ReadonlyMap<number, bigint>): LogEntry[] | undefined;
}

/** Keeps so many at most: whoever is further behind reads the log. */
const MOST = 2_000;

/** Nothing is told at first. */
export function createTold(): Told {
  const byPartition = new Map<number, Map<bigint, LogEntry>>();
  let count = 0;
  return {
    add(entries) {
      if (count + entries.length > MOST) {
        byPartition.clear();
        count = 0;
      }
      for (const entry of entries) {
        const mine = byPartition.get(entry.partition) ?? new Map<bigint, LogEntry>();
        byPartition.set(entry.partition, mine.set(entry.seq, entry));
        count++;
      }
    },
    take(from) {
      const found: LogEntry[] = [];
      for (const [partition, after] of from) {
        const mine = byPartition.get(partition);
        let seq = after + 1n;
        for (let entry = mine?.get(seq); entry; entry = mine?.get(seq)) {
          found.push(entry);
          seq++;
        }
        if (seq === after + 1n) return undefined;
      }
      for (const { partition, seq } of found) byPartition.get(partition)?.delete(seq);
      count -= found.length;
      return found;
    },
  };
}
