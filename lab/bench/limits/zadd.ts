import { Redis } from "ioredis";
import type { Limit } from "./job.ts";

const ENTRIES = 800;
const AT_ONCE = 500;
const IN_FLIGHT = 2;
const keyAt = (n: number) => `bench:zadd:${n}`;

let filled = 0;

/** The machine's limit for a fan-out: ZADD and trim in a pipeline, on sorted sets that are full. They stay for the next round. */
export async function deliveries({ url, timelines, ms }: Extract<Limit, { kind: "zadd" }>): Promise<number> {
  const redis = new Redis(url);
  let id = 10 ** 15;
  for (; filled < timelines; filled++) {
    const members = Array.from({ length: ENTRIES }, () => [++id, `${id}`]).flat();
    await redis.zadd(keyAt(filled), ...(members as [number, string]));
  }
  id = 2 * 10 ** 15 + Math.floor(performance.now() * 1_000);
  let done = 0;
  const began = performance.now();
  const end = began + ms;
  const worker = async () => {
    while (performance.now() < end) {
      const pipeline = redis.pipeline();
      for (let n = 0; n < AT_ONCE; n++) {
        const key = keyAt(Math.floor(Math.random() * timelines));
        id++;
        pipeline.zadd(key, id, `${id}`).zremrangebyrank(key, 0, -ENTRIES - 1);
      }
      await pipeline.exec();
      done += AT_ONCE;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const seconds = (performance.now() - began) / 1_000;
  redis.disconnect();
  return done / seconds;
}
