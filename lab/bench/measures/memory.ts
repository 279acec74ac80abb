import { Redis } from "ioredis";
import type { Bench } from "../bench.ts";
import { figureOf, type Measured } from "../figure.ts";
import { townOf } from "../town/towns.ts";

const ENTRIES = 800;
const LOOKED_AT = 500;

/** Goal G7: what Redis says a home of 800 entries takes. */
export async function* memory(bench: Bench): AsyncGenerator<Measured> {
  await townOf(bench);
  bench.say("memory");
  const redis = new Redis(bench.ground.redis);
  try {
    const sizes = await sizesOf(redis);
    const bytes = sizes.reduce((sum, one) => sum + one, 0) / Math.max(1, sizes.length);
    const name = `memory.${bench.choice.shape}`;
    yield figureOf({ name, unit: "bytes", value: bytes, goal: { most: 20 * 1_024 }, errors: sizes.length > 0 ? 0 : 1 });
    yield figureOf({ name: `${name}.homes`, unit: "homes", value: sizes.length });
  } finally {
    redis.disconnect();
  }
}

/** Bytes of full homes. They are the only lists that are so long; their keys hold bytes that are no text. */
async function sizesOf(redis: Redis): Promise<number[]> {
  const found: number[] = [];
  let cursor = "0";
  do {
    const [next, keys]: [Buffer, Buffer[]] = await redis.scanBuffer(cursor, "COUNT", 1_000, "TYPE", "list");
    cursor = next.toString();
    for (const key of keys) {
      if ((await redis.llen(key)) >= ENTRIES) found.push(Number(await redis.memory("USAGE", key, "SAMPLES", 0)));
      if (found.length >= LOOKED_AT) return found;
    }
  } while (cursor !== "0");
  return found;
}
