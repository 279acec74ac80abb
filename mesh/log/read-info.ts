import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { ReadInfo_Source } from "#gen/skein/common/v1/consistency_pb.ts";
import { positionsKnown } from "../consistency.ts";
import { type Context, outside } from "../context.ts";
import type { Lent } from "../lent.ts";
import { PARTITIONS, partitionOf } from "../partition.ts";
import type { Db } from "../store/database.ts";
import { sql } from "../store/sql.ts";
import type { Feed } from "./feed.ts";
import type { Feeds } from "./feeds.ts";
import type { Freshness } from "./freshness.ts";
import type { ConsumerRunner } from "./runner.ts";

/** A read waits this long for what its caller has seen, and never longer than half of what is left of its deadline. */
const LONGEST_WAIT_MS = 1_000;
const POLL_MS = 20;

/** One consumer's work on one source, and how current it is. */
export interface Following {
  readonly runner: ConsumerRunner;
  readonly feed: Feed;
  readonly fresh: Freshness;
}

/** Answers what services ask about the events they consume. */
export function createFeeds(following: () => readonly Following[], { db, lent }: { db: () => Db; lent: Lent }): Feeds {
  let all: readonly Following[] = [];
  const byName = new Map<string, readonly Following[]>();
  const named = (consumer: string): readonly Following[] => {
    if (all !== following()) byName.clear();
    all = following();
    const found = byName.get(consumer) ?? all.filter(({ runner }) => runner.consumer.name === consumer);
    if (found.length === 0) throw new Error(`there is no consumer ${consumer} here`);
    byName.set(consumer, found);
    return found;
  };

  /** Up to when all of them have applied what was announced, over all replicas. */
  async function oldestOf(some: readonly Following[]): Promise<number> {
    let oldest = Number.POSITIVE_INFINITY;
    const elsewhere: Freshness[] = [];
    for (const { fresh } of some) {
      const at = fresh.known;
      if (at) oldest = Math.min(oldest, at.getTime());
      else elsewhere.push(fresh);
    }
    if (elsewhere.length === 0) return oldest;
    const told = await Promise.all(elsewhere.map((fresh) => fresh.asOf()));
    return Math.min(oldest, ...told.map((at) => at.getTime()));
  }

  // Another replica may be the one that applies this partition: then its database row says how far it is.
  async function reached({ runner }: Following, partition: number, seq: bigint, signal: AbortSignal): Promise<void> {
    if (runner.position(partition) !== undefined) return runner.reached(partition, seq, signal);
    for (;;) {
      const asked = sql`select seq from consumer_position
        where consumer = ${runner.consumer.name} and source = ${runner.source} and partition = ${partition}`;
      const [row] = await outside(() => db().query<{ seq: string }>(asked)); // waiting is not what the call spends
      if (BigInt(row?.seq ?? 0) >= seq) return;
      await lent.timers.sleep(POLL_MS, signal);
    }
  }

  async function within(ms: number, signal: AbortSignal | undefined, wait: (signal: AbortSignal) => Promise<unknown>) {
    const over = new AbortController();
    using _bound = lent.timers.after(ms, () => over.abort(new Error("not in time")));
    try {
      await wait(signal ? AbortSignal.any([signal, over.signal]) : over.signal);
      return true;
    } catch (error) {
      if (signal?.aborted || !over.signal.aborted) throw error;
      return false;
    }
  }

  return {
    async readInfo(context, ...consumers) {
      if (consumers.length === 0) return { satisfied: true, source: ReadInfo_Source.OWNER };
      const some = consumers.flatMap(named);
      const wanted = positionsKnown(context).flatMap(({ service, incarnation, partition, seq }) =>
        some
          .filter(
            ({ feed }) => feed.source === service && (feed.incarnation === "" || feed.incarnation === incarnation),
          )
          .map((one) => ({ one, partition, seq })),
      );
      const waited = async (signal: AbortSignal) => {
        await Promise.all(
          wanted.map(({ one, partition, seq }) => {
            one.feed.heard(partition, seq);
            return reached(one, partition, seq, signal);
          }),
        );
      };
      // Most callers have seen nothing that could be missing: they need no timer.
      const satisfied = wanted.length === 0 || (await within(waitFor(context), context.signal, waited));
      // Another replica may have to be asked: that is no more the call's own spending than its waiting is.
      const oldest = await outside(() => oldestOf(some));
      const lag = durationFromMs(Math.max(0, lent.clock.now().getTime() - oldest));
      return { satisfied, lag, source: ReadInfo_Source.PROJECTION };
    },
    async catchUp(source, shardKey) {
      const partition = partitionOf(shardKey);
      const mine = following().filter(({ feed }) => feed.source === source);
      const [first] = mine;
      if (!first) throw new Error(`nothing here consumes events of ${source}`);
      const from = mine.map(({ runner }) => runner.position(partition) ?? first.feed.head(partition));
      const { head } = await first.feed.pull(
        partition,
        from.reduce((a, b) => (a < b ? a : b)),
      );
      await within(LONGEST_WAIT_MS, undefined, (signal) =>
        Promise.all(mine.map((one) => reached(one, partition, head, signal))),
      );
    },
    async freshAsOf(consumer) {
      return new Date(await oldestOf(named(consumer)));
    },
    async applied(consumer, events) {
      const furthest = new Map<string, { source: string; partition: number; seq: bigint }>();
      for (const { source, partition, seq } of events) {
        const key = `${source} ${partition}`;
        if (seq > (furthest.get(key)?.seq ?? -1n)) furthest.set(key, { source, partition, seq });
      }
      const runners = named(consumer).map(({ runner }) => runner);
      const waits = [...furthest.values()].map(({ source, partition, seq }) => {
        const runner = runners.find((one) => one.source === source);
        if (!runner) throw new Error(`${consumer} does not consume events of ${source}`);
        return { runner, partition, seq };
      });
      if (waits.some(({ runner, partition }) => runner.position(partition) === undefined)) return false;
      return within(LONGEST_WAIT_MS, undefined, (signal) =>
        Promise.all(waits.map(({ runner, partition, seq }) => runner.reached(partition, seq, signal))),
      );
    },
    async behind(consumer) {
      const rows = await db().query<{ source: string; partition: number; seq: string }>(
        sql`select source, partition, seq from consumer_position where consumer = ${consumer}`,
      );
      const saved = new Map(rows.map(({ source, partition, seq }) => [`${source} ${partition}`, BigInt(seq)]));
      let behind = 0n;
      for (const { runner, feed } of named(consumer)) {
        for (let partition = 0; partition < PARTITIONS; partition++) {
          const at = runner.position(partition) ?? saved.get(`${feed.source} ${partition}`) ?? 0n;
          const head = feed.head(partition);
          if (head > at) behind += head - at;
        }
      }
      return behind;
    },
  };
}

const waitFor = (context: Context): number => Math.min(LONGEST_WAIT_MS, (context.timeoutMs() ?? 2_000) / 2);
