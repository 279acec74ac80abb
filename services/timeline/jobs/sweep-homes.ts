import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { homesKey } from "../hot/buckets.ts";
import { readIncarnations } from "../store/incarnations.ts";

const KEYS = 1_000;

/** Removes homes of former incarnations: nobody reads them any more, and each would take its memory for days. */
export const sweepHomes: Job<Deps> = {
  name: "sweep-homes",
  everyMs: 10 * 60_000,
  async run({ db, homes: { bulk } }, signal) {
    if (!bulk.up) return;
    const present = new Map((await readIncarnations(db)).map(({ bucket, incarnation }) => [bucket, incarnation]));
    const prefix = bulk.client.options.keyPrefix ?? "";
    const wanted = new Set([...present].map(([bucket, incarnation]) => `${homesKey(bucket)}:${incarnation}`));
    let cursor = "0";
    do {
      const [next, keys] = await bulk.client.scanBuffer(
        cursor,
        "MATCH",
        `${prefix}timeline:{b??}:homes:*`,
        "COUNT",
        KEYS,
      );
      cursor = next.toString();
      const former = keys.map((key) => key.subarray(prefix.length)).filter((key) => !wanted.has(ownIncarnation(key)));
      if (former.length > 0) {
        const gone = bulk.client.pipeline();
        for (const key of former) gone.unlink(key);
        await gone.exec();
      }
    } while (cursor !== "0" && !signal.aborted);
  },
};

/** A home's key up to its owner, whose sixteen bytes may be anything. */
const ownIncarnation = (key: Buffer): string => key.toString("latin1").split(":").slice(0, 4).join(":");
