import type { Logger } from "pino";
import { crashPoint } from "../crash-points.ts";
import type { Lent } from "../lent.ts";
import { PARTITIONS } from "../partition.ts";
import type { Db } from "../store/database.ts";
import { carriedOf } from "./carried.ts";
import type { Courier } from "./courier.ts";
import type { LogEntry } from "./entry.ts";
import { holdLeases } from "./leases.ts";
import { publishAll } from "./publish-all.ts";
import { logHeads } from "./read-log.ts";
import { createTold } from "./told.ts";

/** Carries one service's log to the courier. */
export interface Relay extends AsyncDisposable {
  /** Something was logged there: carry it soon. Unawaited. */
  poke(places: readonly { partition: number; seq: bigint; entries?: readonly LogEntry[] }[]): void;
  /** Carries what is there now; false if NATS is away or the lease is somebody else's. For tests and for settle(). */
  flush(): Promise<boolean>;
  /** Entries that this process has carried. */
  readonly carried: number;
}

/** What a relay works with; `parts` is the number of leases among which the partitions are divided. */
export interface RelayParts {
  readonly service: string;
  readonly db: Db;
  readonly courier: Courier;
  readonly lent: Lent;
  readonly log: Logger;
  readonly parts: number;
}

const LOOK_MS = 200;
const LOOKS_PER_BEAT = 5;
/** Between two rounds, so that one checkpoint serves many writes. */
const PACE_MS = 8;
/** Entries of one partition, and of all, that one round takes into memory. */
const MOST = { each: 200, together: 2_048 };
const BACK_OFF_MS = { first: 50, most: 5_000 };
const EVERY = Array.from({ length: PARTITIONS }, (_, partition) => partition);

/** Starts carrying; NATS need not be there. */
export async function startRelay({ service, db, courier, lent, log, parts }: RelayParts): Promise<Relay> {
  const incarnation = await db.incarnation();
  const carried = carriedOf(db);
  /** Of the partitions that are ours; missing until it is read. */
  const positions = new Map<number, bigint>();
  let polled: readonly bigint[] = EVERY.map(() => 0n);
  let poked = new Map<number, bigint>();
  let [done, looks, failures] = [0, 0, 0];
  let [look, wanted, ensured, closed] = [true, false, false, false];
  let hurried = false;
  const told = createTold();
  let resting: Disposable | undefined;
  let running: Promise<void> | undefined;

  const leases = holdLeases({ db, lent, log }, "relay", parts, {
    gained: () => void kick(true),
    lost(part) {
      for (const partition of EVERY) if (partition % parts === part) positions.delete(partition);
    },
  });
  const ours = () => EVERY.filter((partition) => leases.held.has(partition % parts));

  async function lookAtHeads(): Promise<void> {
    const at = lent.clock.now();
    poked = new Map(); // what was poked before is committed, and so among what is read now
    polled = await logHeads(db.query);
    if (looks++ % LOOKS_PER_BEAT === 0) courier.announceHeads(service, { heads: polled, incarnation, at });
  }

  /** Takes what is there one step further; false if there was nothing to do. */
  async function carryOn(): Promise<boolean> {
    const unknown = ours().filter((partition) => !positions.has(partition));
    if (unknown.length > 0) {
      for (const [partition, seq] of await carried.load(unknown))
        if (leases.held.has(partition % parts)) positions.set(partition, seq);
    }
    const seen = polled;
    const from = new Map(
      [...positions].filter(([partition, seq]) => seq < (seen[partition] ?? 0n) || seq < (poked.get(partition) ?? 0n)),
    );
    if (from.size === 0) return false;
    if (!ensured) await courier.ensure(service);
    ensured = true;
    const known = told.take(from);
    const entries =
      known ?? (await carried.next(from, Math.max(1, Math.min(MOST.each, Math.floor(MOST.together / from.size)))));
    crashPoint(service, "relay.afterRead");
    const { reached, acknowledged, failure } = await publishAll(courier, service, incarnation, entries);
    crashPoint(service, "relay.afterPublish");
    done += acknowledged;
    // Below the head, but not there: dropped with the end of their retention.
    const present = new Set(entries.map(({ partition }) => partition));
    for (const partition of from.keys()) if (!present.has(partition)) reached.set(partition, seen[partition] ?? 0n);
    const moved = await checkpoint(from, reached);
    crashPoint(service, "relay.afterCheckpoint");
    if (failure !== undefined) throw failure;
    return moved;
  }

  async function checkpoint(from: ReadonlyMap<number, bigint>, reached: ReadonlyMap<number, bigint>): Promise<boolean> {
    const steps = [...reached].flatMap(([partition, after]) => {
      const before = from.get(partition) ?? after;
      return after > before ? [{ partition, before, after }] : [];
    });
    if (steps.length === 0) return false;
    const moved = await carried.move(steps);
    for (const { partition, after } of steps) {
      if (!moved.has(partition))
        positions.delete(partition); // somebody else carries it too: read anew
      else if (positions.has(partition)) positions.set(partition, after);
    }
    return true;
  }

  async function work(): Promise<void> {
    while (wanted && !closed && courier.up && leases.held.size > 0) {
      wanted = false;
      try {
        if (look) await lookAtHeads();
        look = false;
        if (resting) continue;
        const moved = await carryOn();
        wanted = moved || wanted;
        // What is written in the meantime goes along with the next.
        if (moved && !hurried) await lent.timers.sleep(PACE_MS);
        if (failures > 0) log.info({ service, failures }, "the log is carried again");
        failures = 0;
      } catch (error) {
        rest(error);
      }
    }
  }
  function rest(error: unknown): void {
    if (failures === 0) log.warn({ service, cause: error }, "the log is not carried");
    ensured = false; // the stream itself may be gone
    const pause = Math.min(BACK_OFF_MS.first * 2 ** failures++, BACK_OFF_MS.most);
    resting?.[Symbol.dispose]();
    resting = lent.timers.after(pause, () => {
      resting = undefined;
      void kick(true);
    });
  }
  function kick(looking: boolean): Promise<void> {
    wanted = true;
    look ||= looking;
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  }

  const timer = lent.timers.every(LOOK_MS, () => void kick(true));
  return {
    get carried() {
      return done;
    },
    poke(places) {
      for (const { partition, seq, entries = [] } of places) {
        if (seq > (poked.get(partition) ?? 0n)) poked.set(partition, seq);
        told.add(entries);
      }
      if (!closed) void kick(false);
    },
    async flush() {
      hurried = true;
      await leases.renew();
      const goal = await logHeads(db.query);
      resting?.[Symbol.dispose]();
      resting = undefined;
      while (running) await running;
      await kick(true);
      hurried = false;
      const at = await carried.load(EVERY);
      return goal.every((seq, partition) => (at.get(partition) ?? 0n) >= seq);
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      timer[Symbol.dispose]();
      await running;
      resting?.[Symbol.dispose]();
      await leases[Symbol.asyncDispose]();
    },
  };
}
