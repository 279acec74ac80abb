import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCache, tagOf } from "../cache.ts";
import { realLent } from "../lent.ts";
import type { Redis } from "../redis.ts";
import { createTable, kept, openCache, profile } from "../testing/profile-cache.ts";
import { Kind, packEntry, physicalKey, writeIfNewer } from "./entry.ts";

const { chance, ids } = realLent();

test("whatever the order, the highest version stays, exact to the last of 64 bits", async () => {
  const { redis } = await openCache();
  const version = fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.constantFrom(0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(version, { minLength: 1, maxLength: 8 }), async (versions) => {
      const key = ids.next();
      await Promise.all(versions.map((one) => redis.run(writeIfNewer, [key], [packEntry(Kind.VALUE, one), 60_000])));
      const highest = versions.reduce((most, one) => (one > most ? one : most));
      expect((await redis.getMany([key]))[0]?.readBigUInt64BE(1)).toBe(highest);
    }),
    { numRuns: 200 },
  );
});

test("every entry expires, none later than asked and not all together", async () => {
  const { cache, redis } = await openCache();
  const many = Array.from({ length: 50 }, (_, n) => profile(`p${n}`));
  await cache.put(new Map(many.map((row) => [row.accountId, row])), kept);
  const left = await Promise.all(
    many.map(({ accountId }) => redis.client.pttl(physicalKey("identity", kept.key(accountId)))),
  );
  expect(Math.max(...left)).toBeLessThanOrEqual(60_000);
  expect(Math.min(...left)).toBeGreaterThan(50_000);
  expect(new Set(left.map((ms) => Math.round(ms / 500))).size).toBeGreaterThan(5);
});

test.each([
  ["", "empty"],
  ["\u0001", "cut short"],
  ["\u0001\0\0\0\0\0\0\0\0\u000a\u00ff", "no message"],
  ["\u0009 of another kind", "foreign"],
])("an entry that is %j counts as missing (%s)", async (bytes) => {
  const { cache, redis } = await openCache();
  await redis.client.set(physicalKey("identity", "profile:a"), Buffer.from(bytes, "latin1"));
  expect((await cache.through("profile:a", kept, async () => profile("a")))?.value.handle).toBe("a-1");
});

describe("in a cluster", () => {
  test("keys of one id lie together, and a key may bring its owner's tag", () => {
    expect(physicalKey("content", "card:x")).toBe(`${tagOf("x")}content:card:x`);
    expect(physicalKey("content", "counts:x").startsWith(tagOf("x"))).toBe(true);
    expect(physicalKey("timeline", "{b07}home:x")).toBe("{b07}timeline:home:x");
    expect(new Set(Array.from({ length: 2_000 }, (_, n) => tagOf(`id-${n}`))).size).toBe(64);
  });

  test("no command touches two buckets; on one node everything is one command", async () => {
    const { redis } = await openCache();
    const touched: string[][] = [];
    const watched: Pick<Redis, "up" | "getMany" | "run"> = {
      up: true,
      async getMany(keys) {
        touched.push([...keys]);
        return redis.getMany(keys);
      },
      async run(script, keys, args) {
        touched.push([...keys]);
        return redis.run(script, keys, args);
      },
    };
    const many = Array.from({ length: 30 }, (_, n) => profile(`p${n}`));
    const wanted = many.map(({ accountId }) => accountId);
    for (const clustered of [true, false]) {
      touched.length = 0;
      const cache = createCache(watched, { service: `clustered-${clustered}`, chance, clustered });
      expect((await cache.throughMany(wanted, kept, createTable(...many).load)).size).toBe(30);
      expect(
        [...(await cache.throughMany(wanted, kept, createTable().load)).values()].every(
          ({ source }) => source === "cache",
        ),
      ).toBe(true);
      const buckets = touched.map((keys) => new Set(keys.map((key) => key.slice(0, 5))).size);
      if (clustered) expect(new Set(buckets)).toEqual(new Set([1]));
      else expect(buckets).toHaveLength(3);
    }
  });
});
