import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, inject, onTestFinished, test, vi } from "vitest";
import { type Profile, ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import { type CacheOptions, createCache, type Found, type KeptById, tagOf } from "./cache.ts";
import { Kind, packEntry, physicalKey, writeIfNewer } from "./cache-entry.ts";
import { realLent } from "./lent.ts";
import { openRedis, type Redis, type RedisOptions } from "./redis.ts";
import { layWire } from "./testing/wire.ts";

const url = process.env.TEST_REDIS_URL ?? inject("servers").redis;
const { chance, ids } = realLent();
const kept: KeptById<typeof ProfileSchema> = {
  schema: ProfileSchema,
  ttlMs: 60_000,
  key: (id) => `profile:${id}`,
  versionOf: ({ version }) => version,
};
const profile = (accountId: string, version = 1n) =>
  create(ProfileSchema, { accountId, version, handle: `${accountId}-${version}` });

/** A table that counts how it is asked, and that a test can hold back. */
function createTable(...rows: Profile[]) {
  const stored = new Map(rows.map((row) => [row.accountId, row]));
  const asked: string[][] = [];
  let gate = Promise.resolve();
  const load = async (wanted: readonly string[]) => {
    asked.push([...wanted]);
    const seen = new Map(wanted.flatMap((id) => (stored.has(id) ? [[id, stored.get(id) as Profile] as const] : [])));
    await gate; // what it saw is old when it answers
    return seen;
  };
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return () => {
      gate = Promise.resolve();
      resolve();
    };
  };
  return { asked, load, hold, set: (row: Profile) => void stored.set(row.accountId, row) };
}

async function open({ at = url, ...more }: Partial<CacheOptions & RedisOptions> & { at?: string } = {}) {
  let trips = 0;
  const redis = openRedis(at, { namespace: `test-${ids.next()}`, chance, onTrip: () => void trips++, ...more });
  onTestFinished(() => redis[Symbol.asyncDispose]());
  await redis.whenUp();
  const outcomes: Record<string, number> = {};
  const count = (outcome: string, keys: number) => void (outcomes[outcome] = (outcomes[outcome] ?? 0) + keys);
  const cache = createCache(redis, { service: "identity", chance, count, ...more });
  return { redis, cache, outcomes, trips: () => trips };
}

const handles = async (found: Promise<Map<string, Found<Profile>>>) =>
  [...(await found).values()].map(({ value, source }) => `${value.handle} ${source}`).sort();
const storedAt = async (redis: Redis, id: string) => (await redis.getMany([physicalKey("identity", kept.key(id))]))[0];

describe("a batch", () => {
  test("costs one MGET, one load of what is missing and one script; then one MGET", async () => {
    const { cache, trips, outcomes } = await open();
    const table = createTable(profile("a"), profile("b"), profile("c"));
    await cache.throughMany(["a"], kept, table.load);
    const before = trips();
    expect(await handles(cache.throughMany(["a", "b", "c", "b"], kept, table.load))).toEqual([
      "a-1 cache",
      "b-1 load",
      "c-1 load",
    ]);
    expect(trips() - before).toBe(2);
    expect(await handles(cache.throughMany(["c", "b", "a"], kept, table.load))).toEqual([
      "a-1 cache",
      "b-1 cache",
      "c-1 cache",
    ]);
    expect(trips() - before).toBe(3);
    expect(table.asked).toEqual([["a"], ["b", "c"]]);
    expect(outcomes).toEqual({ loaded: 3, hit: 4 });
  });

  test("of nothing asks nobody", async () => {
    const { cache, trips } = await open();
    expect(await cache.throughMany([], kept, createTable().load)).toEqual(new Map());
    expect(await cache.put(new Map(), kept)).toBe(true);
    expect(await cache.forget([])).toBe(true);
    expect(trips()).toBe(0);
  });

  test("gives back what was put in, field by field", async () => {
    const { cache } = await open();
    const row = create(ProfileSchema, {
      accountId: "a",
      displayName: "Ünï 🙂",
      version: 2n ** 63n + 1n,
      createdAt: { seconds: 1n, nanos: 5 },
    });
    await cache.put(new Map([["a", row]]), kept);
    expect((await cache.through("profile:a", kept, async () => undefined))?.value).toEqual(row);
  });

  test("whose load fails tells its caller, and keeps nothing", async () => {
    const { cache } = await open();
    await expect(
      cache.through("profile:a", kept, async () => Promise.reject(new Error("no database"))),
    ).rejects.toThrow("no database");
    expect((await cache.through("profile:a", kept, async () => profile("a")))?.source).toBe("load");
  });
});

describe("callers at the same time", () => {
  test("share one look-up of a key, also across batches that overlap", async () => {
    const { cache, trips, outcomes } = await open();
    const table = createTable(profile("a"), profile("b"), profile("c"));
    const release = table.hold();
    const all = [["a", "b"], ["b", "c"], ["a", "b", "c"], ...Array.from({ length: 500 }, () => ["b"])].map((some) =>
      cache.throughMany(some, kept, table.load),
    );
    await vi.waitFor(() => expect(table.asked).toHaveLength(2));
    release();
    const [first, second, third] = await Promise.all(all);
    expect([first?.size, second?.size, third?.size]).toEqual([2, 2, 3]);
    expect(table.asked.sort()).toEqual([["a", "b"], ["c"]]);
    expect(outcomes.joined).toBe(504);
    expect(trips()).toBe(4);
  });

  test("do not wait for the load of a stranger's other keys", async () => {
    const { cache } = await open();
    const table = createTable(profile("b"));
    await cache.put(new Map([["a", profile("a")]]), kept);
    const release = table.hold();
    const slow = cache.throughMany(["a", "b"], kept, table.load);
    expect(await handles(cache.throughMany(["a"], kept, table.load))).toEqual(["a-1 cache"]);
    release();
    expect((await slow).size).toBe(2);
  });

  test("try once more for themselves when the one they waited for fails, together", async () => {
    const { cache } = await open();
    const gone = new Error("caller gone");
    const load = vi.fn(async () => new Map([["a", profile("a")]])).mockRejectedValueOnce(gone);
    const [first, ...others] = await Promise.allSettled([1, 2, 3, 4].map(() => cache.throughMany(["a"], kept, load)));
    expect(first).toMatchObject({ status: "rejected", reason: gone });
    expect(others.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled"]);
    expect(load).toHaveBeenCalledTimes(2);
  });

  test("do not try for ever", async () => {
    const { cache } = await open();
    const load = vi.fn(async () => Promise.reject(new Error("no database")));
    const ends = await Promise.allSettled([1, 2, 3, 4].map(() => cache.throughMany(["a"], kept, load)));
    expect(ends.every(({ status }) => status === "rejected")).toBe(true);
    expect(load).toHaveBeenCalledTimes(2);
  });
});

describe("what is newer wins", () => {
  test("a slow reader cannot overwrite what was put meanwhile", async () => {
    const { cache, outcomes } = await open();
    const table = createTable(profile("a", 1n));
    const release = table.hold();
    const slow = handles(cache.throughMany(["a"], kept, table.load));
    await vi.waitFor(() => expect(table.asked).toHaveLength(1));
    expect(await cache.put(new Map([["a", profile("a", 2n)]]), kept)).toBe(true);
    release();
    expect(await slow).toEqual(["a-1 load"]);
    expect(await handles(cache.throughMany(["a"], kept, table.load))).toEqual(["a-2 cache"]);
    expect(outcomes.refused).toBe(1);
  });

  test.each([
    { with: "its version", keys: [["profile:a", 2n] as const] },
    { with: "its key alone", keys: ["profile:a"] },
  ])("a slow reader cannot bring back what was forgotten with $with", async ({ keys }) => {
    const { cache, redis } = await open();
    const table = createTable(profile("a", 1n));
    const release = table.hold();
    const slow = handles(cache.throughMany(["a"], kept, table.load));
    await vi.waitFor(() => expect(table.asked).toHaveLength(1));
    table.set(profile("a", 2n));
    expect(await cache.forget(keys)).toBe(true);
    const fresh = handles(cache.throughMany(["a"], kept, table.load)); // does not join the slow one
    await vi.waitFor(() => expect(table.asked).toHaveLength(2));
    release();
    expect(await slow).toEqual(["a-1 load"]);
    expect(await fresh).toEqual(["a-2 load"]);
    const versioned = typeof keys[0] !== "string";
    expect((await storedAt(redis, "a"))?.[0]).toBe(versioned ? Kind.VALUE : Kind.FORGOTTEN);
    expect(await handles(cache.throughMany(["a"], kept, table.load))).toEqual([versioned ? "a-2 cache" : "a-2 load"]);
  });

  test("forgetting an older version leaves the newer one alone", async () => {
    const { cache } = await open();
    await cache.put(new Map([["a", profile("a", 3n)]]), kept);
    await cache.forget([["profile:a", 2n]]);
    expect(await handles(cache.throughMany(["a"], kept, createTable().load))).toEqual(["a-3 cache"]);
  });

  test("whatever the order, the highest version stays, exact to the last of 64 bits", async () => {
    const { redis } = await open();
    const version = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.constantFrom(
        0n,
        1n,
        2n ** 31n,
        2n ** 32n - 1n,
        2n ** 32n,
        2n ** 53n,
        2n ** 53n + 1n,
        2n ** 63n,
        2n ** 64n - 1n,
      ),
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
});

describe("what does not exist", () => {
  const remembering = { ...kept, absentMs: 5_000 };

  test("is asked for each time, unless absence is to be remembered", async () => {
    const { cache, outcomes } = await open();
    const table = createTable();
    for (const how of [kept, kept, remembering, remembering])
      expect(await cache.throughMany(["a"], how, table.load)).toEqual(new Map());
    expect(await cache.through("profile:a", remembering, async () => profile("a"))).toBeUndefined();
    expect(table.asked).toHaveLength(3);
    expect(outcomes).toEqual({ loaded: 3, absent: 2 });
  });

  test("is there as soon as it is put, or forgotten to be absent", async () => {
    const { cache } = await open();
    const table = createTable();
    await cache.throughMany(["a", "b"], remembering, table.load);
    await cache.put(new Map([["a", profile("a")]]), kept);
    table.set(profile("b"));
    await cache.forget([["profile:b", 1n]]);
    expect(await handles(cache.throughMany(["a", "b"], remembering, table.load))).toEqual(["a-1 cache", "b-1 load"]);
    expect(await handles(cache.throughMany(["b"], remembering, table.load))).toEqual(["b-1 cache"]);
  });

  test("does not hide what came into being while it was looked for", async () => {
    const { cache } = await open();
    const table = createTable();
    const release = table.hold();
    const slow = cache.throughMany(["a"], remembering, table.load);
    await vi.waitFor(() => expect(table.asked).toHaveLength(1));
    await cache.put(new Map([["a", profile("a")]]), kept);
    release();
    expect(await slow).toEqual(new Map());
    expect(await handles(cache.throughMany(["a"], remembering, table.load))).toEqual(["a-1 cache"]);
  });
});

test("every entry expires, none later than asked and not all together", async () => {
  const { cache, redis } = await open();
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
  const { cache, redis } = await open();
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
    const { redis } = await open();
    const touched: string[][] = [];
    const watched: Pick<Redis, "up" | "getMany" | "run"> = {
      up: true,
      getMany: (keys) => (touched.push([...keys]), redis.getMany(keys)),
      run: (script, keys, args) => (touched.push([...keys]), redis.run(script, keys, args)),
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

describe("when Redis breaks", () => {
  test("callers see nothing of it: each key is loaded once at a time, and kept again when Redis is back", async () => {
    await using wire = await layWire(url);
    const changed: Record<string, () => void> = {};
    const next = (up: boolean) => new Promise<void>((resolve) => (changed[String(up)] = resolve));
    const { cache, outcomes } = await open({ at: wire.url, say: ({ up }) => changed[String(up)]?.() });
    const table = createTable(profile("a"), profile("b"));
    await cache.throughMany(["a"], kept, table.load);

    const [down, up] = [next(false), next(true)];
    const release = table.hold();
    const caught = handles(cache.throughMany(["a", "b"], kept, table.load)); // it breaks between MGET and write
    await vi.waitFor(() => expect(table.asked).toHaveLength(2));
    await wire.cut();
    await down;
    const without = Array.from({ length: 20 }, () => handles(cache.throughMany(["a"], kept, table.load)));
    release();
    expect(await caught).toEqual(["a-1 cache", "b-1 load"]);
    expect(new Set((await Promise.all(without)).flat())).toEqual(new Set(["a-1 load"]));
    expect(await handles(cache.throughMany(["a", "b"], kept, table.load))).toEqual(["a-1 load", "b-1 load"]);
    expect(table.asked.slice(2)).toEqual([["a"], ["a", "b"]]);
    expect(outcomes.bypassed).toBe(3);
    expect(await cache.put(new Map([["a", profile("a", 2n)]]), kept)).toBe(false);
    expect(await cache.forget(["profile:a"])).toBe(false);

    await wire.mend();
    await up;
    await cache.throughMany(["a", "b"], kept, table.load);
    expect(await handles(cache.throughMany(["a", "b"], kept, table.load))).toEqual(["a-1 cache", "b-1 cache"]);
  });

  test("a Redis that hangs costs a caller its patience once, not twice", async () => {
    await using wire = await layWire(url);
    const { cache, trips } = await open({ at: wire.url, patienceMs: 60 });
    wire.hang();
    expect(await handles(cache.throughMany(["a"], kept, createTable(profile("a")).load))).toEqual(["a-1 load"]);
    expect(trips()).toBe(1); // no attempt to write
  });

  test("a Redis that has lost its memory is filled again", async () => {
    const { cache, redis } = await open();
    const table = createTable(profile("a"));
    await cache.throughMany(["a"], kept, table.load);
    await redis.client.del(physicalKey("identity", "profile:a"));
    expect(await handles(cache.throughMany(["a"], kept, table.load))).toEqual(["a-1 load"]);
    expect(await handles(cache.throughMany(["a"], kept, table.load))).toEqual(["a-1 cache"]);
  });
});
