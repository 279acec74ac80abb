import { randomBytes, randomFillSync, randomInt } from "node:crypto";
import { v7 } from "uuid";

/** What time it is. */
export interface Clock {
  now(): Date;
}

/** Where chance comes from: unguessable in production, seeded under a scheduler. */
export interface Chance {
  bytes(count: number): Uint8Array;
  /** A whole number from 0 up to, but not including, `limit`. */
  below(limit: number): number;
}

/** New identifiers: UUIDv7, each greater than the one before from the same process. */
export interface Ids {
  next(): string;
}

/** Everything that happens later. Disposing a timer means its function is not called any more. */
export interface Timers {
  after(ms: number, fn: () => void): Disposable;
  /** Beats until disposed, but keeps no process alive. At most 24 days apart. */
  every(ms: number, fn: () => void): Disposable;
  /** Resolves after the time, or rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** What the host lends, so that the same code can run under a seeded scheduler in virtual time. */
export interface Lent {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly ids: Ids;
  readonly timers: Timers;
}

/** Real time, the system's randomness, real timers. */
export const realLent = (): Lent => ({
  clock: { now: () => new Date() },
  chance: { bytes, below: (limit) => randomInt(limit) },
  ids: { next },
  timers: { after, every, sleep },
});

// A few bytes at a time cost a system call each; from a pool they cost nothing. No byte is given twice.
const pool = Buffer.alloc(4_096);
let used = pool.length;

function bytes(count: number): Uint8Array {
  if (count > 256) return randomBytes(count);
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const given = new Uint8Array(pool.subarray(used, used + count)); // a copy: the pool is filled anew beneath a view
  used += count;
  return given;
}

// As `v7()` keeps it for itself: within a millisecond the sequence counts on. With its own randomness it asks the system
// for every id, ours comes out of the pool.
let msecs = Number.NEGATIVE_INFINITY;
let seq = 0;

function next(): string {
  const random = bytes(16);
  const now = Date.now();
  if (now > msecs) {
    msecs = now;
    seq = new DataView(random.buffer).getUint32(6) & 0x7fffffff;
  } else {
    seq = (seq + 1) | 0;
    if (seq === 0) msecs++;
  }
  return v7({ random, msecs, seq });
}

/** Node fires a timer beyond this at once instead of late. */
const LONGEST_MS = 2 ** 31 - 1;

function after(ms: number, fn: () => void): Disposable {
  if (ms <= LONGEST_MS) {
    const timer = setTimeout(fn, ms);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  }
  let timer: NodeJS.Timeout;
  const wait = (left: number): void => {
    const step = Math.min(left, LONGEST_MS);
    timer = setTimeout(() => (left > step ? wait(left - step) : fn()), step);
  };
  wait(ms);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

function every(ms: number, fn: () => void): Disposable {
  if (!(ms > 0 && ms <= LONGEST_MS)) throw new RangeError(`nothing can happen every ${ms} ms`);
  const timer = setInterval(fn, ms).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  using _timer = after(ms, resolve);
  const wake = () => reject(signal?.reason);
  signal?.addEventListener("abort", wake, { once: true });
  try {
    await promise;
  } finally {
    signal?.removeEventListener("abort", wake);
  }
}
