import { type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { Kind, NOTHING_NEWER, packEntry, physicalKey, unpackEntry } from "./cache/entry.ts";
import { createFlights, type LookUp } from "./cache/single-flight.ts";
import { createStore, type Write } from "./cache/store.ts";
import type { Chance } from "./lent.ts";
import type { Redis } from "./redis.ts";

export { tagOf } from "./cache/entry.ts";

/** How messages of one kind are kept. */
export interface Kept<S extends DescMessage> {
  readonly schema: S;
  /** The longest time a message is kept; each entry lives up to a tenth less, so that they do not expire together. */
  readonly ttlMs: number;
  /** Grows with every change of a message: a lower one never takes the place of a higher one. */
  readonly versionOf?: (message: MessageShape<S>) => bigint;
  /** How long it is remembered that there is no such message. Whoever makes one then must put or forget its key. */
  readonly absentMs?: number;
}

/** The same, for messages found by id. What follows the key's last colon decides where it lies; best it is the id. */
export interface KeptById<S extends DescMessage> extends Kept<S> {
  readonly key: (id: string) => string;
}

/** A message and where it came from. Callers that ask at the same time share one message: it must not be changed. */
export interface Found<T> {
  readonly value: T;
  readonly source: "cache" | "load";
}

type Load<S extends DescMessage> = (ids: readonly string[]) => Promise<ReadonlyMap<string, MessageShape<S>>>;

/** What happened to a key: `bypassed` means that Redis was away, `refused` that something newer was there. */
export type CacheOutcome = "hit" | "absent" | "loaded" | "joined" | "bypassed" | "refused";

/**
 * Messages beside their database. Redis away or failing is never the caller's trouble: everything is loaded, each key
 * by one caller at a time in this process.
 */
export interface Cache {
  through<S extends DescMessage>(
    key: string,
    kept: Kept<S>,
    load: () => Promise<MessageShape<S> | undefined>,
  ): Promise<Found<MessageShape<S>> | undefined>;
  /** Asks Redis once, loads what is missing once, remembers it with one script. Ids that nobody knows are not in the answer. */
  throughMany<S extends DescMessage>(
    ids: readonly string[],
    kept: KeptById<S>,
    loadMissing: Load<S>,
  ): Promise<Map<string, Found<MessageShape<S>>>>;
  /** Remembers what was just written. False: Redis took no note, an older entry may live on until it expires. */
  put<S extends DescMessage>(messages: ReadonlyMap<string, MessageShape<S>>, kept: KeptById<S>): Promise<boolean>;
  /**
   * Drops entries so that a load begun earlier cannot bring them back. With the version of the change, newer loads are
   * kept at once; without, nothing is kept under the key for five seconds. False as for `put`.
   */
  forget(keys: readonly (string | readonly [key: string, version: bigint])[]): Promise<boolean>;
}

export interface CacheOptions {
  /** Keys of services are kept apart by it. */
  readonly service: string;
  readonly chance: Chance;
  readonly count?: (outcome: CacheOutcome, keys: number) => void;
  /** Redis is a cluster: no command may touch two buckets. */
  readonly clustered?: boolean;
}

/** Longer than any load takes: an RPC's deadline has ended it by then. */
const BARRIER_MS = 5_000;
const FORGOTTEN_MS = 30_000;

/** Keeps one service's messages in `redis`. */
export function createCache(
  redis: Pick<Redis, "up" | "getMany" | "run">,
  { service, chance, count, clustered = false }: CacheOptions,
): Cache {
  const flights = createFlights();

  const store = createStore(redis, { chance, clustered });

  /** Whether Redis took note. */
  async function write(writes: readonly Write[]): Promise<boolean> {
    const written = await store.write(writes);
    if (written !== undefined) tally("refused", writes.length - written);
    return written !== undefined;
  }

  /** Writes what has changed, so that whoever asks afterwards gets no older answer from this process. */
  async function change(writes: readonly Write[]): Promise<boolean> {
    const noted = await write(writes);
    flights.leave(writes.map(({ key }) => key)); // not earlier: who set out meanwhile may have met the old entry
    return noted;
  }

  function tally(outcome: CacheOutcome, keys: number): void {
    if (keys > 0) count?.(outcome, keys);
  }

  const entryOf = <S extends DescMessage>(message: MessageShape<S>, { schema, versionOf }: Kept<S>) =>
    packEntry(Kind.VALUE, versionOf?.(message) ?? 0n, toBinary(schema, message));

  /** Looks a batch up for this caller and for everybody who asks for one of its keys meanwhile. */
  const lookUp =
    <S extends DescMessage>(kept: Kept<S>, load: Load<S>): LookUp<Found<MessageShape<S>>> =>
    async (keyOf, land) => {
      const found = new Map<string, Found<MessageShape<S>>>();
      const known = await store.read([...keyOf.values()]);
      const missing: [id: string, key: string][] = [];
      for (const [id, key] of keyOf) {
        const bytes = unpackEntry(known?.get(key));
        const value = bytes && decode(kept.schema, bytes);
        if (value) found.set(id, { value, source: "cache" });
        else if (bytes !== null) {
          missing.push([id, key]);
          continue;
        }
        land(id, found.get(id)); // who joined for this one need not wait for the load of the others
      }
      tally("hit", found.size);
      tally("absent", keyOf.size - found.size - missing.length);
      if (missing.length === 0) return found;
      const loaded = await load(missing.map(([id]) => id));
      tally(known ? "loaded" : "bypassed", missing.length);
      const writes: Write[] = [];
      for (const [id, key] of missing) {
        const value = loaded.get(id);
        if (value) {
          found.set(id, { value, source: "load" });
          writes.push({ key, entry: entryOf(value, kept), ttlMs: kept.ttlMs });
        } else if (kept.absentMs) writes.push({ key, entry: packEntry(Kind.ABSENT, 0n), ttlMs: kept.absentMs });
      }
      if (known) await write(writes); // a Redis that has just failed is not waited for a second time
      return found;
    };

  const cache: Cache = {
    async through(key, kept, load) {
      const one = async () => {
        const value = await load();
        return new Map(value ? [[key, value]] : []);
      };
      return (await cache.throughMany([key], { ...kept, key: () => key }, one)).get(key);
    },
    async throughMany(ids, kept, loadMissing) {
      const keyOf = new Map(ids.map((id) => [id, physicalKey(service, kept.key(id))]));
      const { found, joined } = await flights.board(keyOf, lookUp(kept, loadMissing));
      tally("joined", joined);
      return found;
    },
    async put(messages, kept) {
      const writes = [...messages].map(([id, message]) => ({
        key: physicalKey(service, kept.key(id)),
        entry: entryOf(message, kept),
        ttlMs: kept.ttlMs,
      }));
      return change(writes);
    },
    async forget(keys) {
      const writes = keys.map((one) => {
        const [key, version, ttlMs] =
          typeof one === "string" ? [one, NOTHING_NEWER, BARRIER_MS] : [...one, FORGOTTEN_MS];
        return { key: physicalKey(service, key), entry: packEntry(Kind.FORGOTTEN, version), ttlMs };
      });
      return change(writes);
    },
  };
  return cache;
}

/** Undefined for bytes that are no such message: they count as missing. */
function decode<S extends DescMessage>(schema: S, bytes: Uint8Array): MessageShape<S> | undefined {
  try {
    return fromBinary(schema, bytes);
  } catch {
    return undefined;
  }
}
