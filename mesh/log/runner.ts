import type { Logger } from "pino";
import type { Consumer } from "../consumer.ts";
import { crashPoint } from "../crash-points.ts";
import type { Lent } from "../lent.ts";
import type { Semaphore } from "../semaphore.ts";
import type { Tx } from "../store/commit.ts";
import type { Db } from "../store/database.ts";
import { applier } from "./apply.ts";
import { park, parkedSubjects, stillParked } from "./dead-letters.ts";
import type { LogEntry } from "./entry.ts";
import type { Feed } from "./feed.ts";
import type { LogMeters } from "./meters.ts";
import { ATTEMPTS, patienceWith, pauseMs } from "./patience.ts";
import { Fenced, positionsOf } from "./positions.ts";
import { createWaiters } from "./waiters.ts";

/** So many events share one transaction at most. */
const BATCH = 128;
/** A poke runs ahead of the stream: so long the stream may take before the owner is asked. */
const GRACE_MS = 8;

/** What a runner stands on. */
export interface RunnerParts {
  readonly service: string;
  readonly db: Db;
  readonly deps: unknown;
  readonly lent: Lent;
  readonly log: Logger;
  /** Bounds how many partitions apply at once, for each takes a connection. */
  readonly lanes: Semaphore;
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
  take(partitions: readonly number[]): Promise<void>;
  drop(partitions: readonly number[]): void;
  kick(partition: number): void;
  /** Resolves when the position is reached; rejects when the signal aborts. */
  reached(partition: number, seq: bigint, signal: AbortSignal): Promise<void>;
  /** Writes down positions that moved without an effect. */
  save(): Promise<void>;
  apply(tx: Tx, source: string, entry: LogEntry): Promise<void>;
  paused<A>(partition: number, work: () => Promise<A>): Promise<A>;
}

interface Place {
  /** Applied or found to be of no concern, in memory. */
  at: bigint;
  /** In the database. */
  saved: bigint;
  draining: boolean;
  again: boolean;
  paused: boolean;
  attempts: number;
}

/** Applies a source's events in order, each once in effect: the position moves in the transaction of the effect. */
export function createRunner(consumer: Consumer<unknown>, feed: Feed, parts: RunnerParts): ConsumerRunner {
  const { db, lent, log, lanes } = parts;
  const { source } = feed;
  const positions = positionsOf(db, consumer.name, source);
  const { concerns, apply } = applier(consumer, parts.deps);
  const places = new Map<number, Place>();
  const waiters = createWaiters();
  const stop = new AbortController();
  const working = new Set<Promise<void>>();
  let parked = new Set<string>();
  let applied = 0;
  let stuck = "";

  function moved(partition: number, place: Place, to: bigint): void {
    place.at = to;
    place.attempts = 0;
    waiters.tell(partition, to);
  }

  async function commitBatch(partition: number, place: Place, entries: readonly LogEntry[]): Promise<void> {
    const last = entries.at(-1)?.seq ?? place.at;
    await db.commit(undefined, async (tx) => {
      await positions.move(tx, partition, place.saved, last);
      crashPoint(parts.service, "consumer.afterMove");
      for (const entry of entries) {
        if (!concerns(entry)) continue;
        if (parked.has(entry.subject) && (await behind(tx, entry))) continue;
        await apply(tx, source, feed.incarnation, entry);
      }
      crashPoint(parts.service, "consumer.beforeCommit");
    });
    crashPoint(parts.service, "consumer.afterCommit");
    place.saved = last;
    moved(partition, place, last);
    applied += entries.length;
    const now = lent.clock.now().getTime();
    const ages = entries.filter(concerns).map(({ at }) => (now - at.getTime()) / 1000);
    parts.meters.applied(parts.service, consumer.name, ages);
  }

  // An event must not overtake an earlier one of its subject that was put aside.
  async function behind(tx: Tx, entry: LogEntry): Promise<boolean> {
    if (!(await stillParked(tx, consumer.name, source, entry.subject))) {
      parked.delete(entry.subject);
      return false;
    }
    await park(tx, lent.ids, { consumer: consumer.name, source, entry, cause: "behind an earlier one", attempts: 0 });
    return true;
  }

  async function putAside(partition: number, place: Place, entry: LogEntry, error: unknown): Promise<void> {
    log.error({ consumer: consumer.name, source, partition, seq: String(entry.seq), cause: error }, "event put aside");
    await db.commit(undefined, async (tx) => {
      await positions.move(tx, partition, place.saved, entry.seq);
      const attempts = place.attempts + 1;
      await park(tx, lent.ids, { consumer: consumer.name, source, entry, cause: String(error), attempts });
    });
    parts.meters.parked(parts.service, consumer.name);
    parked.add(entry.subject);
    place.saved = entry.seq;
    moved(partition, place, entry.seq);
  }

  async function applySome(partition: number, place: Place, entries: readonly LogEntry[]): Promise<void> {
    if (!entries.some(concerns)) return moved(partition, place, entries.at(-1)?.seq ?? place.at);
    try {
      // After a failure one by one, so that one bad event holds up nothing but itself.
      await commitBatch(partition, place, place.attempts > 0 ? entries.slice(0, 1) : entries);
    } catch (error) {
      if (error instanceof Fenced) {
        const now = (await positions.load([partition])).get(partition) ?? 0n;
        place.saved = now;
        return moved(partition, place, now);
      }
      const [first] = entries;
      const patience = patienceWith(error);
      const singly = place.attempts > 0 || entries.length === 1;
      if (first && singly && (patience === "PARK" || (patience === "RETRY" && place.attempts + 1 >= ATTEMPTS)))
        return await putAside(partition, place, first, error);
      if (place.attempts === 0) log.warn({ consumer: consumer.name, source, partition, cause: error }, "event failed");
      place.attempts++;
      await lent.timers.sleep(pauseMs(place.attempts), stop.signal);
    }
  }

  async function readOn(partition: number, place: Place): Promise<readonly LogEntry[]> {
    const here = feed.next(partition, place.at, BATCH);
    if (here.length > 0) return here;
    await lent.timers.sleep(source === parts.service ? 0 : GRACE_MS, stop.signal);
    const come = feed.next(partition, place.at, BATCH);
    if (come.length > 0) return come;
    const { entries, head, tooOld } = await feed.pull(partition, place.at);
    if (!tooOld && head >= place.at) return entries.slice(0, BATCH);
    await restore(partition, place, tooOld ? "dropped by retention" : "ahead of the owner");
    return [];
  }

  async function restore(partition: number, place: Place, why: string): Promise<void> {
    log.warn({ consumer: consumer.name, source, partition, why }, "position is of no use: reading a snapshot");
    const before = place.at;
    if (!(await parts.restore(consumer, source, partition))) {
      // Nothing to restore from: what is gone is said, and the rest goes on.
      const { entries, head } = await feed.pull(partition, 0n);
      const next = (entries[0]?.seq ?? head + 1n) - 1n;
      stuck = `partition ${partition}: ${why}, went on from ${before} at ${next}`;
      await db.commit(undefined, (tx) => positions.set(tx, partition, next));
    }
    const now = (await positions.load([partition])).get(partition) ?? 0n;
    place.saved = now;
    moved(partition, place, now);
  }

  async function drain(partition: number, place: Place): Promise<void> {
    while (!stop.signal.aborted && !place.paused && places.get(partition) === place) {
      if (feed.head(partition) <= place.at) return;
      const entries = await readOn(partition, place);
      // Somebody else's pause may have begun while we read.
      if (entries.length > 0 && !place.paused) await lanes.run(() => applySome(partition, place, entries), stop.signal);
      if (entries.length === 0 && feed.head(partition) > place.at) await lent.timers.sleep(50, stop.signal);
    }
  }

  function kick(partition: number): void {
    const place = places.get(partition);
    if (!place || place.paused || stop.signal.aborted) return;
    place.again = true;
    if (place.draining) return;
    place.draining = true;
    const round: Promise<void> = (async () => {
      while (place.again && !place.paused && !stop.signal.aborted && places.get(partition) === place) {
        place.again = false;
        await drain(partition, place).catch(async (error) => {
          if (stop.signal.aborted) return;
          log.warn({ consumer: consumer.name, source, partition, cause: error }, "source not read");
          await lent.timers.sleep(200, stop.signal).catch(() => undefined);
          place.again = true;
        });
      }
    })().finally(() => {
      place.draining = false;
      working.delete(round);
      if (place.again) kick(partition);
    });
    working.add(round);
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
    async take(partitions) {
      parked = new Set([...parked, ...(await parkedSubjects(db.query, consumer.name, source))]);
      for (const [partition, at] of await positions.load(partitions)) {
        const fresh: Place = { at, saved: at, draining: false, again: false, paused: false, attempts: 0 };
        places.set(partition, fresh);
        kick(partition);
      }
    },
    drop(partitions) {
      for (const partition of partitions) places.delete(partition);
    },
    kick,
    async reached(partition, seq, signal) {
      if ((places.get(partition)?.at ?? -1n) >= seq) return;
      const told = waiters.wait(partition, seq, signal);
      kick(partition);
      await told;
    },
    async save() {
      const idle = [...places].filter(([, { at, saved, draining }]) => at > saved && !draining);
      if (idle.length === 0) return;
      const moves = idle.map(([partition, { at, saved }]) => ({ partition, before: saved, after: at }));
      const done = await positions.skip(moves);
      for (const { partition, after } of moves) {
        const place = places.get(partition);
        if (place && done.has(partition) && after > place.saved) place.saved = after;
      }
    },
    apply: (tx, from, entry) => apply(tx, from, feed.incarnation, entry),
    async paused(partition, work) {
      const place = places.get(partition);
      if (place) place.paused = true;
      while (place?.draining) await lent.timers.sleep(5, stop.signal);
      try {
        return await work();
      } finally {
        if (place) {
          const now = (await positions.load([partition])).get(partition) ?? 0n;
          place.saved = now;
          place.paused = false;
          moved(partition, place, now);
          kick(partition);
        }
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new Error("the host stops"));
      await Promise.allSettled(working);
      await this.save().catch(() => undefined);
      places.clear();
    },
  };
}
