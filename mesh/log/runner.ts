import type { Logger } from "pino";
import type { Consumer } from "../consumer.ts";
import { crashPoint } from "../crash-points.ts";
import type { Lent } from "../lent.ts";
import type { Tx } from "../store/commit.ts";
import type { Db } from "../store/database.ts";
import { applier } from "./apply.ts";
import type { LogEntry } from "./entry.ts";
import type { Feed } from "./feed.ts";
import { gather, type Share } from "./gather.ts";
import type { LogMeters } from "./meters.ts";
import { restAfter } from "./pace.ts";
import { createParking } from "./parking.ts";
import { ATTEMPTS, patienceWith, pauseMs } from "./patience.ts";
import { type Places, placesOf } from "./places.ts";
import { Fenced, type Positions, positionsOf } from "./positions.ts";
import { createSaving } from "./saving.ts";
import { createWaiters } from "./waiters.ts";

/** Until the owner is asked once more for what others speak of already. */
const EARLY_MS = 25;

/** What a runner stands on. */
export interface RunnerParts {
  readonly service: string;
  readonly db: Db;
  readonly deps: unknown;
  readonly lent: Lent;
  readonly log: Logger;
  readonly meters: LogMeters;
  /** Reads the partition's state anew; false if the consumer cannot. */
  readonly restore: (consumer: Consumer<unknown>, source: string, partition: number) => Promise<boolean>;
}

/** One consumer at work on one source. */
export interface ConsumerRunner extends AsyncDisposable {
  readonly consumer: Consumer<unknown>;
  readonly source: string;
  readonly applied: number;
  readonly stuck: string;
  /** Where it stands, for partitions that are ours. */
  position(partition: number): bigint | undefined;
  /** As of Places: under another one, what was known before says nothing about all of what is ours. */
  readonly tenure: number | undefined;
  take(partitions: readonly number[]): Promise<void>;
  drop(partitions: readonly number[]): void;
  kick(partition: number): void;
  /** Resolves when the position is reached; rejects when the signal aborts. */
  reached(partition: number, seq: bigint, signal: AbortSignal): Promise<void>;
  /** Writes down positions that moved without an effect. */
  save(): Promise<void>;
  apply(tx: Tx, source: string, entry: LogEntry): Promise<void>;
  paused<A>(partition: number, work: () => Promise<A>): Promise<A>;
  /** Hears of every step. */
  onMoved(listener: (partition: number) => void): void;
}

/**
 * Applies a source's events, those of one partition in order, each once in effect: positions move in the transaction of
 * the effects. One transaction carries what is there of all partitions; after a failure each partition goes alone, so
 * that one bad event holds up nothing but its own partition, and that not for long.
 */
export function createRunner(consumer: Consumer<unknown>, feed: Feed, parts: RunnerParts): ConsumerRunner {
  const { db, lent, log } = parts;
  const { source } = feed;
  const positions: Positions = positionsOf(db, consumer.name, source);
  const { concerns, apply } = applier(consumer, parts.deps);
  const parking = createParking(db, lent, consumer.name, source);
  const waiters = createWaiters();
  const listeners: ((partition: number) => void)[] = [];
  const places: Places = placesOf((partition, at) => {
    waiters.tell(partition, at);
    for (const listener of listeners) listener(partition);
  });
  const stop = new AbortController();
  const ready = new Set<number>();
  let nap = new AbortController();
  let working: Promise<void> | undefined;
  let current: Promise<void> | undefined;
  let applied = 0;
  let stuck = "";
  let incarnation = "";
  const saving = createSaving(positions, places, lent, {
    settled: async () => current?.catch(() => undefined),
    async mistaken(partitions) {
      await reload(partitions);
      for (const partition of partitions) kick(partition);
    },
  });

  async function commit(shares: readonly Share[]): Promise<void> {
    const moves = shares.map(({ partition, place, entries }) => ({
      partition,
      before: place.saved,
      after: entries.at(-1)?.seq ?? place.at,
    }));
    const mine = shares.flatMap(({ entries }) => entries.filter(concerns));
    let moved = false;
    const moving = positions.moving(moves, () => {
      moved = true;
      crashPoint(parts.service, "consumer.afterMove");
    });
    await db.transact(async (tx) => {
      await apply(tx, source, feed.incarnation, await parking.free(tx, mine));
      crashPoint(parts.service, "consumer.beforeCommit");
    }, moving);
    crashPoint(parts.service, "consumer.afterCommit");
    // Without an effect in the database there is nothing that a position would have to move together with.
    for (const { partition, after } of moves)
      moved ? places.stand(partition, after, after) : places.pass(partition, after);
    if (!moved) saving.soon();
    applied += mine.length;
    const now = lent.clock.now().getTime();
    parts.meters.applied(
      parts.service,
      consumer.name,
      mine.map(({ at }) => (now - at.getTime()) / 1000),
    );
  }

  async function putAside({ partition, place }: Share, entry: LogEntry, error: unknown): Promise<void> {
    log.error({ consumer: consumer.name, source, partition, seq: String(entry.seq), cause: error }, "event put aside");
    const moving = positions.moving([{ partition, before: place.saved, after: entry.seq }]);
    await db.transact((tx) => parking.put(tx, entry, error, place.attempts + 1), moving);
    parts.meters.parked(parts.service, consumer.name);
    places.stand(partition, entry.seq, entry.seq);
  }

  async function reload(partitions: readonly number[]): Promise<void> {
    for (const [partition, at] of await positions.load(partitions)) places.stand(partition, at, at);
  }

  async function tryShares(shares: readonly Share[]): Promise<void> {
    try {
      await commit(shares);
    } catch (error) {
      if (stop.signal.aborted) return;
      if (error instanceof Fenced) return await reload(shares.map(({ partition }) => partition));
      const [only] = shares;
      const alone = only && shares.length === 1 && only.entries.length === 1 ? only : undefined;
      const patience = patienceWith(error);
      const entry = alone?.entries[0];
      const enough = patience === "PARK" || (patience === "RETRY" && (alone?.place.attempts ?? 0) + 1 >= ATTEMPTS);
      if (alone && entry && enough) return await putAside(alone, entry, error);
      if (!shares.some(({ place }) => place.attempts > 0))
        log.warn({ consumer: consumer.name, source, cause: error }, "events failed, going on one by one");
      for (const { partition, place } of shares) {
        place.attempts++;
        // The first time around each goes alone at once; whoever fails alone rests.
        if (alone || patience === "WAIT") rest(partition, pauseMs(place.attempts));
      }
    }
  }

  function rest(partition: number, ms: number): void {
    const place = places.get(partition);
    if (!place) return;
    place.resting = true;
    lent.timers.after(ms, () => {
      place.resting = false;
      kick(partition);
    });
  }

  async function restore(partition: number, before: bigint, why: string): Promise<void> {
    log.warn({ consumer: consumer.name, source, partition, why }, "position is of no use: reading a snapshot");
    if (!(await parts.restore(consumer, source, partition))) {
      // Nothing to restore from: what is gone is said, and the rest goes on.
      const { entries, head } = await feed.pull(partition, before);
      const next = (entries[0]?.seq ?? head + 1n) - 1n;
      stuck = `partition ${partition}: ${why}, went on from ${before} at ${next}`;
      await db.transact((tx) => positions.set(tx, partition, next));
    }
    await reload([partition]);
  }

  // Positions in a database that was restored since say nothing about what it holds now.
  async function begunAnew(): Promise<void> {
    if (feed.incarnation === "" || feed.incarnation === incarnation) return;
    const anew = incarnation !== "";
    incarnation = feed.incarnation;
    if (anew)
      for (const partition of places.all()) await restore(partition, 0n, "of a database that was restored since");
  }

  async function round(): Promise<void> {
    await begunAnew();
    const { shares, useless, early } = await gather(feed, places, ready, {
      own: source === parts.service,
      lent,
      signal: stop.signal,
    });
    for (const partition of early) rest(partition, EARLY_MS);
    for (const { partition, before, why } of useless) await restore(partition, before, why);
    const idle = shares.filter(({ entries }) => !entries.some(concerns));
    for (const { partition, entries } of idle) places.pass(partition, entries.at(-1)?.seq ?? 0n);
    const busy = shares.filter((share) => !idle.includes(share));
    const sound = busy.filter(({ place }) => place.attempts === 0);
    if (sound.length > 0) await tryShares(sound);
    for (const share of busy) {
      if (share.place.attempts > 0 && !sound.includes(share))
        await tryShares([{ ...share, entries: share.entries.slice(0, 1) }]);
    }
  }

  async function work(): Promise<void> {
    while (ready.size > 0 && !stop.signal.aborted) {
      await saving.done;
      const began = performance.now();
      current = round();
      await current.catch(async (error) => {
        if (stop.signal.aborted) return;
        log.warn({ consumer: consumer.name, source, cause: error }, "source not read");
        await lent.timers.sleep(200, stop.signal).catch(() => undefined);
      });
      const left = restAfter(performance.now() - began, waiters.any, consumer.paceMs);
      nap = new AbortController();
      if (left > 1) await lent.timers.sleep(left, nap.signal).catch(() => undefined);
    }
  }

  function kick(partition: number): void {
    if (!places.get(partition) || stop.signal.aborted) return;
    ready.add(partition);
    working ??= work().finally(() => {
      working = undefined;
      const [next] = ready;
      if (next !== undefined) kick(next); // came in between
    });
  }

  async function begin(partitions: readonly number[]): Promise<void> {
    incarnation ||= await positions.incarnation();
    await parking.load();
    for (const [partition, at] of await positions.load(partitions)) {
      places.take(partition, at);
      kick(partition);
    }
  }

  return {
    consumer,
    source,
    get applied() {
      return applied;
    },
    get stuck() {
      return stuck;
    },
    position: (partition) => places.get(partition)?.at,
    get tenure() {
      return places.tenure;
    },
    async take(partitions) {
      places.claim(partitions);
      for (let failures = 0; !stop.signal.aborted; ) {
        try {
          return await begin(partitions);
        } catch (error) {
          // The lease is held: nobody would let us begin once more.
          log.warn({ consumer: consumer.name, source, cause: error }, "positions not read");
          await lent.timers.sleep(pauseMs(failures++), stop.signal).catch(() => undefined);
        }
      }
    },
    drop: (partitions) => places.drop(partitions),
    kick,
    async reached(partition, seq, signal) {
      if ((places.get(partition)?.at ?? -1n) >= seq) return;
      const told = waiters.wait(partition, seq, signal);
      nap.abort();
      kick(partition);
      await told;
    },
    save: saving.save,
    onMoved: (listener) => void listeners.push(listener),
    apply: (tx, from, entry) => apply(tx, from, feed.incarnation, [entry]),
    async paused(partition, act) {
      const place = places.get(partition);
      if (place) place.paused = true;
      await current?.catch(() => undefined); // the round under way may hold it, later ones leave it out
      try {
        return await act();
      } finally {
        if (place) {
          await reload([partition]).catch(() => undefined); // then the fence says that it is old
          place.paused = false;
          kick(partition);
        }
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new Error("the host stops"));
      nap.abort();
      await working;
      await saving[Symbol.asyncDispose]();
      places.drop(places.all());
    },
  };
}
