import { AsyncLocalStorage } from "node:async_hooks";
import type { Consumer, Keeps, Restoring } from "../consumer.ts";
import { entryOfMessage } from "../ops/entry.ts";
import { opsFailure } from "../ops/failures.ts";
import type { ConsumerHandle } from "../ops/parts.ts";
import type { Tx } from "../store/commit.ts";
import { lostRace } from "../store/database-failure.ts";
import { sql } from "../store/sql.ts";
import { applier } from "./apply.ts";
import { differing, digested, digestOf, type RangeRow } from "./digest.ts";
import type { RebuildParts } from "./rebuild.ts";
import { type Restored, restore } from "./restore.ts";
import { openShadow, type Shadow } from "./shadow.ts";
import { swap } from "./swap.ts";

/** What was built, and what it changed. */
export interface BuiltBeside {
  readonly rows: number;
  readonly repaired: number;
  readonly seq: bigint;
}

/** The snapshot or the tail is of no use any more: everything is read once more. */
class StartOver extends Error {
  override readonly name = "StartOver";
}

const ATTEMPTS = 4;
/** Copies are put in place when the consumer has come no further than they; so often it may be ahead. */
const SWAPS = 20;
const TAIL = 1_000;
/** So long the consumer may take until it has applied what the snapshot has. */
const WAIT_MS = 5_000;
const POLL_MS = 25;

/**
 * Builds a partition of a consumer from its owner's snapshot and the tail of the log, beside the rows that are read and
 * while its events go on; proves that the copy says what the owner says; and puts it in place at once.
 */
export async function buildBeside(
  parts: RebuildParts,
  handle: ConsumerHandle,
  source: string,
  partition: number,
  signal?: AbortSignal,
): Promise<BuiltBeside> {
  const { consumer } = handle;
  const kinds = consumer.restores.filter(({ schema }) => parts.sourceOf(schema) === source);
  if (!consumer.keeps || kinds.length === 0)
    throw opsFailure("NOT_REBUILDABLE", { facts: { consumer: consumer.name, source } });
  const aside = { ...parts, deps: withoutRedis(parts.deps) };
  const work: Work = { parts, aside, handle, consumer, keeps: consumer.keeps, kinds, source, partition, signal };
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(work);
    } catch (error) {
      if (signal?.aborted || attempt === ATTEMPTS || !worthAnother(error)) throw error;
      await parts.lent.timers.sleep(POLL_MS * 2 ** attempt, signal);
    }
  }
}

interface Work {
  readonly parts: RebuildParts;
  /** What handlers are given while they build. */
  readonly aside: RebuildParts;
  readonly handle: ConsumerHandle;
  readonly consumer: Consumer<unknown>;
  readonly keeps: Keeps<unknown>;
  readonly kinds: readonly Restoring<unknown>[];
  readonly source: string;
  readonly partition: number;
  readonly signal: AbortSignal | undefined;
}

async function once(work: Work): Promise<BuiltBeside> {
  const { parts, handle, keeps, source, partition, signal } = work;
  await using shadow = await openShadow(parts.db, keeps, partition, signal);
  const restored: Restored[] = [];
  for (const kind of work.kinds) restored.push(await restoreProved(work, shadow, kind));
  const cuts = restored.map(({ seq }) => seq);
  const incarnation = restored[0]?.incarnation ?? "";
  if (restored.some((one) => one.incarnation !== incarnation)) throw new StartOver("the source was restored");
  const first = cuts.reduce((a, b) => (a < b ? a : b));
  const last = cuts.reduce((a, b) => (a > b ? a : b));
  // What an event does besides rows it does when the consumer applies it, not here: so the copy must not be ahead.
  const live = await waitFor(work, last);
  let at = await applyTail(work, shadow, incarnation, first, live > last ? live : last);
  for (let attempt = 1; attempt <= SWAPS; attempt++) {
    const swapped = await handle.paused(source, partition, async () => {
      const stands = await stoodAt(work);
      if (stands > at) at = await applyTail(work, shadow, incarnation, at, stands);
      return swap(shadow, { ...work, deps: parts.deps, seq: at });
    });
    if (typeof swapped === "number")
      return { rows: restored.reduce((sum, { rows }) => sum + rows, 0), repaired: swapped, seq: at };
    at = await applyTail(work, shadow, incarnation, at, swapped);
  }
  throw opsFailure("SHADOW_BEHIND", { retryAfterMs: 5_000 });
}

/** Reads the rows of a kind, and compares what they say with what the owner says at the same cut. */
async function restoreProved(work: Work, shadow: Shadow, kind: Restoring<unknown>): Promise<Restored> {
  const { aside, consumer, source, partition, signal } = work;
  const outside = AsyncLocalStorage.snapshot();
  // Page by page: what a page locks, others may be waiting for.
  const apply: typeof kind.apply = (page, deps) => shadow.build((tx) => kind.apply({ ...page, tx }, deps));
  const where = { tx: untouched, source, partition, outside, signal, attempts: 1 };
  const restored = await restore(aside, { ...kind, apply }, where);
  const { words } = kind;
  if (!words || !restored.digest) return restored;
  const found = await shadow.build((tx) => tx.query<RangeRow>(digestOf(sql`select 0`, words(partition))));
  const unlike = differing(restored.digest, digested(found)).length;
  if (unlike === 0) return restored;
  const facts = { consumer: consumer.name, kind: kind.kind, partition: String(partition), ranges: String(unlike) };
  throw opsFailure("SHADOW_UNLIKE", { facts });
}

const untouched: Tx = {
  query: () => Promise.reject(new Error("no page is being applied")),
  publish: () => undefined,
  ended: () => undefined,
};

/** Applies what the log says behind a position up to another one; returns that one. */
async function applyTail(work: Work, shadow: Shadow, incarnation: string, from: bigint, to: bigint): Promise<bigint> {
  const { aside, parts, consumer, source, partition, signal } = work;
  const { concerns, apply } = applier(consumer, aside.deps);
  const owner = parts.ownerAt(source);
  for (let at = from; at < to; ) {
    const limit = Math.min(TAIL, Number(to - at));
    const tail = await owner.readLog({ partition, after: at, limit }, { ...(signal && { signal }) });
    if (tail.tooOld || tail.incarnation !== incarnation)
      throw new StartOver("the log does not go on from the snapshot");
    const entries = tail.entries.map(entryOfMessage);
    const end = entries.at(-1)?.seq;
    if (end === undefined) throw new StartOver("the log ends before it should");
    // One that cannot be applied here is in the next snapshot.
    await shadow
      .build((tx) => apply(tx, source, incarnation, entries.filter(concerns)))
      .catch((cause) => {
        throw new StartOver("the tail cannot be applied", { cause });
      });
    at = end;
  }
  return from > to ? from : to;
}

/** Waits until the consumer has applied up to a position, as long as it does; where it stands then. */
async function waitFor(work: Work, seq: bigint): Promise<bigint> {
  const { lent } = work.parts;
  const until = lent.clock.now().getTime() + WAIT_MS;
  for (;;) {
    const stands = await stoodAt(work);
    if (stands >= seq || lent.clock.now().getTime() > until) return stands;
    await lent.timers.sleep(POLL_MS, work.signal);
  }
}

async function stoodAt({ parts, handle, source, partition }: Work): Promise<bigint> {
  const [row] = await parts.db.query<{ seq: string }>(sql`select seq from consumer_position
    where consumer = ${handle.consumer.name} and source = ${source} and partition = ${partition}`);
  const saved = BigInt(row?.seq ?? 0);
  const here = handle.position(source, partition) ?? saved; // moves first where nothing was to be done
  return here > saved ? here : saved;
}

/** Copies of what is built here are nobody's business yet, and what is in Redis is newer. */
function withoutRedis(deps: unknown): unknown {
  const { redis } = deps as { readonly redis: object };
  const away = new Proxy(redis, {
    get(_, name) {
      if (name === "up") return false;
      throw new Error(`what is built beside does not reach for Redis (${String(name)})`);
    },
  });
  return { ...(deps as object), redis: away };
}

const worthAnother = (error: unknown): boolean =>
  error instanceof StartOver ||
  lostRace(error) ||
  (error instanceof Error && "reason" in error && error.reason === "SNAPSHOT_BROKEN_OFF");
