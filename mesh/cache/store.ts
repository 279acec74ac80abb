import type { Chance } from "../lent.ts";
import type { Redis } from "../redis.ts";
import { groups, writeIfNewer } from "./entry.ts";

/** One entry to be written under its physical key. */
export interface Write {
  readonly key: string;
  readonly entry: Buffer;
  readonly ttlMs: number;
}

/** The entries in Redis. A Redis that is away or fails is no error here, only an `undefined`. */
export interface Store {
  /** What Redis knows of each key. */
  read(keys: readonly string[]): Promise<ReadonlyMap<string, Buffer | null> | undefined>;
  /** How many entries were written; those that were not found something newer. */
  write(writes: readonly Write[]): Promise<number | undefined>;
}

/** One command for all keys, or in a cluster one for each bucket. */
export function createStore(
  redis: Pick<Redis, "up" | "getMany" | "run">,
  { chance, clustered }: { chance: Chance; clustered: boolean },
): Store {
  /** Up to a tenth less, so that what was written together does not expire together. */
  const spread = (ttlMs: number): number => Math.max(1, ttlMs - chance.below(Math.ceil(ttlMs / 10)));

  async function ask(items: { key: string }[]) {
    const keys = items.map(({ key }) => key);
    const entries = await redis.getMany(keys);
    return keys.map((key, index) => [key, entries[index] ?? null] as const);
  }

  async function send(writes: Write[]): Promise<number> {
    const keys = writes.map(({ key }) => key);
    const args = writes.flatMap(({ entry, ttlMs }) => [entry, spread(ttlMs)]);
    return Number(await redis.run(writeIfNewer, keys, args));
  }

  return {
    async read(keys) {
      if (!redis.up) return undefined;
      const items = keys.map((key) => ({ key }));
      const answers = Promise.all(groups(items, clustered).map(ask));
      return answers.then((all) => new Map(all.flat())).catch(() => undefined);
    },
    async write(writes) {
      if (writes.length === 0) return 0;
      if (!redis.up) return undefined;
      const answers = Promise.all(groups(writes, clustered).map(send));
      return answers.then((counts) => counts.reduce((sum, count) => sum + count, 0)).catch(() => undefined);
    },
  };
}
