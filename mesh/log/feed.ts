import { PARTITIONS } from "../partition.ts";
import type { Heads } from "./courier.ts";
import type { LogEntry } from "./entry.ts";
import type { Read } from "./read-log.ts";

/** So many entries of one partition wait here for a consumer that is behind; the rest it pulls when it gets there. */
const MOST_KEPT = 2_000;
const PULL = 500;

/** What one service hears of another's log (or its own): entries in any order and number, and how far the log reaches. */
export interface Feed {
  readonly source: string;
  head(partition: number): bigint;
  /** Somebody says that the log reaches this far. */
  heard(partition: number, seq: bigint): void;
  heardAll(heads: Heads): void;
  offer(entry: LogEntry, incarnation: string): void;
  /** What follows a position without a gap, as far as it is here. */
  next(partition: number, after: bigint, limit: number): LogEntry[];
  /** Reads on behind a position at the owner, whatever became of the stream. */
  pull(partition: number, after: bigint): Promise<Read>;
  /** Forgets what every consumer has applied. */
  prune(partition: number, upTo: bigint): void;
  /** The last heads that were told, all at one moment. */
  readonly heads: Heads | undefined;
  readonly incarnation: string;
}

/** Where a feed reads, and whom it tells that there is something new. */
export interface FeedParts {
  readonly source: string;
  read(partition: number, after: bigint, limit: number): Promise<Read & { incarnation: string }>;
  changed(partition: number): void;
  allHeard(heads: Heads): void;
}

/** A gap, a duplicate or a disorder is nothing special here: entries lie by their position, and what lacks is pulled. */
export function createFeed({ source, read, changed, allHeard }: FeedParts): Feed {
  const heads = new Array<bigint>(PARTITIONS).fill(0n);
  const kept = Array.from({ length: PARTITIONS }, () => new Map<bigint, LogEntry>());
  const applied = new Array<bigint>(PARTITIONS).fill(0n);
  const pulls = new Map<string, Promise<Read>>();
  let told: Heads | undefined;
  let incarnation = "";

  const of = (partition: number) => kept[partition] as Map<bigint, LogEntry>;
  const keep = (entry: LogEntry) => {
    const mine = of(entry.partition);
    if (entry.seq > (applied[entry.partition] ?? 0n) && mine.size < MOST_KEPT) mine.set(entry.seq, entry);
  };
  const reaches = (partition: number, seq: bigint): boolean => {
    if (seq <= (heads[partition] ?? 0n)) return false;
    heads[partition] = seq;
    return true;
  };
  // Positions of a restored database say nothing about those before: all is heard anew.
  const belong = (id: string) => {
    if (id === incarnation || id === "") return;
    if (incarnation !== "") {
      heads.fill(0n);
      applied.fill(0n);
      for (const mine of kept) mine.clear();
    }
    incarnation = id;
  };

  return {
    source,
    head: (partition) => heads[partition] ?? 0n,
    get heads() {
      return told;
    },
    get incarnation() {
      return incarnation;
    },
    heard(partition, seq) {
      if (reaches(partition, seq)) changed(partition);
    },
    heardAll(all) {
      belong(all.incarnation);
      told = all;
      all.heads.forEach((seq, partition) => {
        if (reaches(partition, seq)) changed(partition);
      });
      allHeard(all);
    },
    offer(entry, id) {
      if (incarnation !== "" && id !== incarnation) return; // left in the stream by a database that is no more
      keep(entry);
      reaches(entry.partition, entry.seq);
      changed(entry.partition);
    },
    next(partition, after, limit) {
      const mine = of(partition);
      const found: LogEntry[] = [];
      for (let seq = after + 1n; found.length < limit; seq++) {
        const entry = mine.get(seq);
        if (!entry) break;
        found.push(entry);
      }
      return found;
    },
    pull(partition, after) {
      const key = `${partition} ${after}`;
      const under = pulls.get(key);
      if (under) return under;
      const pulling = read(partition, after, PULL)
        .then((answer) => {
          belong(answer.incarnation);
          // What was asked for goes before what lies here for later.
          if (of(partition).size + answer.entries.length > MOST_KEPT) of(partition).clear();
          for (const entry of answer.entries) keep(entry);
          // Others stand where the log ended when they last heard of it: that it goes on they hear from nobody else.
          if (reaches(partition, answer.head)) changed(partition);
          return answer;
        })
        .finally(() => pulls.delete(key));
      pulls.set(key, pulling);
      return pulling;
    },
    prune(partition, upTo) {
      const before = applied[partition] ?? 0n;
      applied[partition] = upTo;
      if (upTo <= before) return; // asked for with every entry that comes, behind thousands of others
      const mine = of(partition);
      for (const seq of mine.keys()) if (seq <= upTo) mine.delete(seq);
    },
  };
}
