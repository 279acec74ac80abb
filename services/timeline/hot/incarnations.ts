import { AsyncLocalStorage } from "node:async_hooks";
import type { Redis } from "#mesh/redis.ts";
import type { Db } from "#mesh/store/database.ts";
import { bumpIncarnations, coolHomes, readIncarnations } from "../store/incarnations.ts";
import { BUCKETS, homesKey } from "./buckets.ts";
import { INCARNATE } from "./scripts.ts";

/**
 * Which homes may be believed. The incarnation of a bucket is kept in PostgreSQL and, as a canary, in Redis, where every
 * script compares it. It moves on when Redis has lost something: the canary is gone (FLUSHALL, eviction), or another
 * server answers than before (a restart, a promoted replica that lacks the last seconds). Homes of former ones are cold.
 */
export interface Incarnations {
  /** Undefined until it is known for the connections as they are; asked again for every script. */
  of(bucket: number): string | undefined;
  /** Finds out, at once for all buckets and all who ask. */
  settle(): Promise<void>;
  /** A script was refused, or something told us that we may be wrong. */
  doubt(): void;
  /** Makes every home cold. */
  bump(): Promise<void>;
}

/** Watches over the homes that are reached by these connections. */
export function createIncarnations(db: Db, redis: Redis, lanes: readonly Redis[]): Incarnations {
  const known = new Map<number, number>();
  let epoch = 0;
  let settled = -1;
  let settling: Promise<void> | undefined;
  const doubt = () => void epoch++;
  // Whoever asks may be in a transaction, or have a budget: to find out is neither's affair.
  const apart = AsyncLocalStorage.snapshot();
  // Whoever answers after a connection has ended may be somebody else.
  for (const lane of lanes) lane.client.on("close", doubt);

  async function find(): Promise<void> {
    const asked = epoch;
    const [server, written, canaries] = await Promise.all([identify(redis), readIncarnations(db), readCanaries(redis)]);
    const rows = new Map(written.map((row) => [row.bucket, row]));
    const moves = Array.from({ length: BUCKETS }, (_, bucket) => {
      const row = rows.get(bucket);
      return { bucket, from: row?.incarnation ?? 0, server: row?.server, canary: canaries[bucket] ?? 0 };
    })
      .filter(({ bucket, from, server: former, canary }) => {
        if (from === 0 || former !== server || canary > from) return true;
        return canary < from && (known.get(bucket) ?? from) === from; // otherwise somebody has just moved it on
      })
      .map(({ bucket, from, canary }) => ({ bucket, from, to: Math.max(from, canary) + 1 }));
    if (moves.length > 0) await bumpIncarnations(db, moves, server);
    const now = moves.length > 0 ? await readIncarnations(db) : written;
    await incarnate(
      redis,
      now.filter(({ bucket, incarnation }) => incarnation > (canaries[bucket] ?? 0)),
    );
    for (const { bucket, incarnation } of now) known.set(bucket, incarnation);
    settled = asked;
  }

  const incarnations: Incarnations = {
    of: (bucket) => (settled === epoch ? String(known.get(bucket) ?? "") : undefined),
    settle() {
      settling ??= apart(find).finally(() => {
        settling = undefined;
      });
      return settling;
    },
    doubt,
    async bump() {
      await apart(() => coolHomes(db));
      doubt();
      await incarnations.settle();
    },
  };
  return incarnations;
}

/** The process and the history it holds: both change when a replica is promoted, the first alone when it is restarted. */
async function identify({ client }: Redis): Promise<string> {
  const told = await client.info();
  const part = (name: string) => told.match(new RegExp(`^${name}:(\\S*)`, "m"))?.[1] ?? "";
  return `${part("run_id")} ${part("master_replid")}`;
}

async function readCanaries({ client }: Redis): Promise<number[]> {
  const asked = client.pipeline();
  for (let bucket = 0; bucket < BUCKETS; bucket++) asked.get(homesKey(bucket));
  const answers = (await asked.exec()) ?? [];
  return answers.map(([error, value]) => {
    if (error) throw error;
    return Number(value ?? 0);
  });
}

async function incarnate({ client }: Redis, rows: readonly { bucket: number; incarnation: number }[]): Promise<void> {
  if (rows.length === 0) return;
  const told = client.pipeline();
  for (const { bucket, incarnation } of rows) told.eval(INCARNATE.lua, 1, homesKey(bucket), incarnation);
  for (const [error] of (await told.exec()) ?? []) if (error) throw error;
}
