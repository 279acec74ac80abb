import type { AsyncLocalStorage } from "node:async_hooks";
import { type Context, outside, within } from "../context.ts";
import { crashPoint } from "../crash-points.ts";
import type { Write } from "./commit.ts";
import { lostRace, refused } from "./database-failure.ts";
import { type Entry, type Head, loggedTogether, type Place, partitionAlone, placesOf } from "./log.ts";
import type { Sql } from "./sql.ts";

/** Writes that may become one statement. One value for each kind, made once. */
export interface Kind<Item> {
  /**
   * CTEs, one of them called `effect`: it returns the place, from 1, of each item that happened, and what else is asked.
   * Rows must be locked in an order that does not depend on how the items come.
   */
  readonly effect: (items: readonly Item[]) => Sql;
}

/** One write of a kind. */
export interface SharedWrite<Item> {
  readonly kind: Kind<Item>;
  readonly item: Item;
  /** The same for this item alone. */
  readonly alone: () => Write["effect"];
  /** What is logged if it happened; all in one partition. */
  readonly publish: readonly Entry[];
}

interface Waiting {
  readonly write: SharedWrite<unknown>;
  readonly context: Context | undefined;
  readonly trace: string;
  readonly resolve: (rows: unknown[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Parts {
  readonly service: string;
  readonly open: AsyncLocalStorage<boolean>;
  readonly query: <Row>(statement: Sql) => Promise<Row[]>;
  readonly announce: (places: readonly Place[], context: Context | undefined) => void;
  readonly alone: <Row>(context: Context | undefined, write: Write) => Promise<Row[]>;
  readonly traceOf: (context: Context | undefined) => string;
}

/** Statements of one kind under way at once. Two: one is worked on while the other is forced to disk. */
const LANES = 2;
/** Whoever takes longer than this waits for a lock or for a slow disk, and others do not wait for it as well. */
const SLOW_MS = 50;
const MOST = 64;
const ATTEMPTS = 4;

/**
 * Lets writes of one kind that come at the same moment share a statement, and so a commit. Nobody waits for company: what
 * comes while there is a lane free goes at once, what comes while there is none goes together.
 */
export function createTogether({ service, open, query, announce, alone, traceOf }: Parts) {
  const queues = new Map<Kind<unknown>, { waiting: Waiting[]; flights: Set<number>; due: boolean }>();

  async function go(batch: readonly Waiting[]): Promise<void> {
    const [first] = batch;
    if (first && batch.length === 1) return byItself(first);
    const { kind } = (first as Waiting).write;
    const entries = batch.map(({ write, trace }) =>
      write.publish.map((one) => ({ ...one, trace: one.trace || trace })),
    );
    let statement: Sql;
    try {
      statement = loggedTogether(kind.effect(batch.map(({ write }) => write.item)), entries);
    } catch {
      return void (await Promise.all(batch.map(byItself))); // whoever cannot be written fails alone
    }
    for (const { context } of batch) if (context) context.spent.sql++;
    for (let attempt = 1; ; attempt++) {
      try {
        const rows = await query<Head & { place: string }>(statement);
        crashPoint(service, "log.afterCommit");
        return tell(batch, entries, rows);
      } catch (error) {
        if (lostRace(error) && attempt < ATTEMPTS) continue;
        // One of them is wrong, or held up: the others must not suffer for it. Nothing of it was committed.
        if (refused(error)) return void (await Promise.all(batch.map(byItself)));
        throw error;
      }
    }
  }

  function byItself({ write, context, resolve, reject }: Waiting): Promise<void> {
    const act = () => alone<unknown>(context, { effect: write.alone(), publish: write.publish });
    return (context ? within(context, act) : outside(act)).then(resolve, reject);
  }

  function tell(
    batch: readonly Waiting[],
    entries: readonly (readonly Entry[])[],
    rows: readonly (Head & { place: string })[],
  ): void {
    const done = new Map(rows.map((row) => [Number(row.place) - 1, row]));
    announce(placesOf(entries, done), undefined);
    batch.forEach(({ context, resolve }, at) => {
      const row = done.get(at);
      if (row) context?.noted.wrote.push({ partition: entries[at]?.[0]?.partition ?? -1, seq: BigInt(row.log_seq) });
      resolve(row ? [row] : []);
    });
  }

  function depart(kind: Kind<unknown>): void {
    const queue = queues.get(kind);
    if (!queue) return;
    queue.due = false;
    const now = performance.now();
    while (queue.waiting.length > 0) {
      const swift = [...queue.flights].filter((began) => now - began < SLOW_MS);
      if (swift.length >= LANES) return;
      const batch = queue.waiting.splice(0, MOST).filter(({ context, reject }) => {
        if (context?.signal.aborted) reject(context.signal.reason);
        return !context?.signal.aborted;
      });
      if (batch.length === 0) continue;
      const flight = now + queue.flights.size * 1e-6; // a set needs them to differ
      queue.flights.add(flight);
      void go(batch)
        .catch((error) => {
          for (const { reject } of batch) reject(error);
        })
        .finally(() => {
          queue.flights.delete(flight);
          depart(kind);
        });
    }
  }

  return <Row, Item>(context: Context | undefined, write: SharedWrite<Item>): Promise<Row[]> => {
    if (open.getStore()) throw new Error("a transaction is open: what others write does not belong to it");
    partitionAlone(write.publish);
    const kind = write.kind as Kind<unknown>;
    const queue = queues.get(kind) ?? { waiting: [], flights: new Set(), due: false };
    queues.set(kind, queue);
    const { promise, resolve, reject } = Promise.withResolvers<unknown[]>();
    const trace = traceOf(context);
    queue.waiting.push({ write: write as SharedWrite<unknown>, context, trace, resolve, reject });
    // What arrived in one packet is here before this turn of the loop is over.
    if (!queue.due) outside(() => setImmediate(depart, kind));
    queue.due = true;
    return promise as Promise<Row[]>;
  };
}
