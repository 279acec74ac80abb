import { create } from "@bufbuild/protobuf";
import { describe, expect, test, vi } from "vitest";
import { ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import { Kind, physicalKey } from "./cache/entry.ts";
import { createCache } from "./cache.ts";
import { realLent } from "./lent.ts";
import type { Redis } from "./redis.ts";
import { createTable, handles, kept, openCache, profile } from "./testing/profile-cache.ts";

describe("a batch", () => {
  test("costs one MGET, one load of what is missing and one script; then one MGET", async () => {
    const { cache, trips, outcomes } = await openCache();
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
    const { cache, trips } = await openCache();
    expect(await cache.throughMany([], kept, createTable().load)).toEqual(new Map());
    expect(await cache.put(new Map(), kept)).toBe(true);
    expect(await cache.forget([])).toBe(true);
    expect(trips()).toBe(0);
  });

  test("gives back what was put in, field by field", async () => {
    const { cache } = await openCache();
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
    const { cache } = await openCache();
    await expect(
      cache.through("profile:a", kept, async () => Promise.reject(new Error("no database"))),
    ).rejects.toThrow("no database");
    expect((await cache.through("profile:a", kept, async () => profile("a")))?.source).toBe("load");
  });
});

describe("callers at the same time", () => {
  test("share one look-up of a key, also across batches that overlap", async () => {
    const { cache, trips, outcomes } = await openCache();
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
    const { cache } = await openCache();
    const table = createTable(profile("b"));
    await cache.put(new Map([["a", profile("a")]]), kept);
    const release = table.hold();
    const slow = cache.throughMany(["a", "b"], kept, table.load);
    expect(await handles(cache.throughMany(["a"], kept, table.load))).toEqual(["a-1 cache"]);
    release();
    expect((await slow).size).toBe(2);
  });

  test("try once more for themselves when the one they waited for fails, together", async () => {
    const { cache } = await openCache();
    const gone = new Error("caller gone");
    const load = vi.fn(async () => new Map([["a", profile("a")]])).mockRejectedValueOnce(gone);
    const [first, ...others] = await Promise.allSettled([1, 2, 3, 4].map(() => cache.throughMany(["a"], kept, load)));
    expect(first).toMatchObject({ status: "rejected", reason: gone });
    expect(others.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled"]);
    expect(load).toHaveBeenCalledTimes(2);
  });

  test("do not try for ever", async () => {
    const { cache } = await openCache();
    const load = vi.fn(async () => Promise.reject(new Error("no database")));
    const ends = await Promise.allSettled([1, 2, 3, 4].map(() => cache.throughMany(["a"], kept, load)));
    expect(ends.every(({ status }) => status === "rejected")).toBe(true);
    expect(load).toHaveBeenCalledTimes(2);
  });
});

describe("what is newer wins", () => {
  test("a slow reader cannot overwrite what was put meanwhile", async () => {
    const { cache, outcomes } = await openCache();
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
    const { cache, redis } = await openCache();
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
    expect((await redis.getMany([physicalKey("identity", "profile:a")]))[0]?.[0]).toBe(
      versioned ? Kind.VALUE : Kind.FORGOTTEN,
    );
    expect(await handles(cache.throughMany(["a"], kept, table.load))).toEqual([versioned ? "a-2 cache" : "a-2 load"]);
  });

  test("who set out while the change was on its way to Redis is not joined afterwards", async () => {
    const { cache: quick, redis } = await openCache();
    await quick.put(new Map([["a", profile("a", 1n)]]), kept);
    const [met, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const answers = [answer.promise]; // the first reader meets the old entry and hears of it late
    const slow: Pick<Redis, "up" | "getMany" | "run"> = {
      up: true,
      async getMany(keys) {
        const entries = await redis.getMany(keys);
        met.resolve();
        await answers.shift();
        return entries;
      },
      run: (...what) => met.promise.then(() => redis.run(...what)),
    };
    const cache = createCache(slow, { service: "identity", chance: realLent().chance });
    const table = createTable(profile("a", 2n));
    const forgotten = cache.forget([["profile:a", 2n]]);
    const early = handles(cache.throughMany(["a"], kept, table.load));
    await forgotten;
    expect(await handles(cache.throughMany(["a"], kept, table.load))).toEqual(["a-2 load"]);
    answer.resolve();
    expect(await early).toEqual(["a-1 cache"]);
  });

  test("forgetting an older version leaves the newer one alone", async () => {
    const { cache } = await openCache();
    await cache.put(new Map([["a", profile("a", 3n)]]), kept);
    await cache.forget([["profile:a", 2n]]);
    expect(await handles(cache.throughMany(["a"], kept, createTable().load))).toEqual(["a-3 cache"]);
  });
});

describe("what does not exist", () => {
  const remembering = { ...kept, absentMs: 5_000 };

  test("is asked for each time, unless absence is to be remembered", async () => {
    const { cache, outcomes } = await openCache();
    const table = createTable();
    for (const how of [kept, kept, remembering, remembering])
      expect(await cache.throughMany(["a"], how, table.load)).toEqual(new Map());
    expect(await cache.through("profile:a", remembering, async () => profile("a"))).toBeUndefined();
    expect(table.asked).toHaveLength(3);
    expect(outcomes).toEqual({ loaded: 3, absent: 2 });
  });

  test("is there as soon as it is put, or forgotten to be absent", async () => {
    const { cache } = await openCache();
    const table = createTable();
    await cache.throughMany(["a", "b"], remembering, table.load);
    await cache.put(new Map([["a", profile("a")]]), kept);
    table.set(profile("b"));
    await cache.forget([["profile:b", 1n]]);
    expect(await handles(cache.throughMany(["a", "b"], remembering, table.load))).toEqual(["a-1 cache", "b-1 load"]);
    expect(await handles(cache.throughMany(["b"], remembering, table.load))).toEqual(["b-1 cache"]);
  });

  test("does not hide what came into being while it was looked for", async () => {
    const { cache } = await openCache();
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
