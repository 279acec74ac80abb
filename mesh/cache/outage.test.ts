import { describe, expect, test, vi } from "vitest";
import { createTable, handles, kept, openCache, profile, redisUrl } from "../testing/profile-cache.ts";
import { layWire } from "../testing/wire.ts";
import { physicalKey } from "./entry.ts";

describe("when Redis breaks", () => {
  test("callers see nothing of it: each key is loaded once at a time, and kept again when Redis is back", async () => {
    await using wire = await layWire(redisUrl);
    const changed: Record<string, () => void> = {};
    const next = (up: boolean) => new Promise<void>((resolve) => (changed[String(up)] = resolve));
    const { cache, outcomes } = await openCache({ at: wire.url, say: ({ up }) => changed[String(up)]?.() });
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
    await using wire = await layWire(redisUrl);
    const { cache, trips } = await openCache({ at: wire.url, patienceMs: 60 });
    wire.hang();
    expect(await handles(cache.throughMany(["a"], kept, createTable(profile("a")).load))).toEqual(["a-1 load"]);
    expect(trips()).toBe(1); // no attempt to write
  });

  test("a Redis that has lost its memory is filled again", async () => {
    const { cache, redis } = await openCache();
    const table = createTable(profile("a"));
    await cache.throughMany(["a"], kept, table.load);
    await redis.client.del(physicalKey("identity", "profile:a"));
    expect(await handles(cache.throughMany(["a"], kept, table.load))).toEqual(["a-1 load"]);
    expect(await handles(cache.throughMany(["a"], kept, table.load))).toEqual(["a-1 cache"]);
  });
});
