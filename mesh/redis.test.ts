import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { realLent } from "./lent.ts";
import { openRedis, type Redis, type RedisOptions, type RedisState, script } from "./redis.ts";
import { layWire, type Wire } from "./testing/wire.ts";

const url = process.env.TEST_REDIS_URL ?? inject("servers").redis;
const { chance, ids } = realLent();
const NOBODY = "redis://joe:hunter2@127.0.0.1:1";

async function open(options: Partial<RedisOptions> = {}, at = url): Promise<Redis> {
  const redis = openRedis(at, { namespace: `test-${ids.next()}`, chance, ...options });
  onTestFinished(() => redis[Symbol.asyncDispose]());
  if (at !== NOBODY) await redis.whenUp();
  return redis;
}

/** Resolves at the next state that fits. */
function states() {
  const said: RedisState[] = [];
  const waiting: [up: boolean, resolve: () => void][] = [];
  const say = (state: RedisState) => {
    said.push(state);
    for (const [up, resolve] of waiting) if (up === state.up) resolve();
  };
  return { said, say, next: (up: boolean) => new Promise<void>((resolve) => waiting.push([up, resolve])) };
}

describe("while Redis is there", () => {
  test("keys are kept apart by namespace, those of scripts too", async () => {
    const [one, other] = [await open(), await open()];
    await one.client.set("k", "mine");
    expect(await one.getMany(["k", "absent"])).toEqual([Buffer.from("mine"), null]);
    expect(await other.getMany(["k"])).toEqual([null]);
    const read = script("return redis.call('get', KEYS[1])");
    expect(await one.run(read, ["k"], [])).toBe("mine");
    expect(await other.run(read, ["k"], [])).toBeNull();
  });

  test("bytes stay bytes where a script answers with them, also when Redis has forgotten it", async () => {
    const redis = await open();
    const raw = Buffer.from([0xff, 0x00, 0x80]);
    const echo = script("return {KEYS[1], ARGV[1]}");
    for (let time = 0; time < 2; time++) {
      const [key, value] = (await redis.runBytes(echo, ["k"], [raw])) as Buffer[];
      expect(key?.toString()).toMatch(/:k$/);
      expect(value).toEqual(raw);
    }
  });

  test("another connection has the same keys, and ends by itself", async () => {
    const redis = await open();
    await using other = redis.another({ patienceMs: 5_000 });
    await other.whenUp();
    await redis.client.set("k", "mine");
    expect(await other.getMany(["k"])).toEqual([Buffer.from("mine")]);
    await other[Symbol.asyncDispose]();
    expect(redis.up).toBe(true);
    expect(other.up).toBe(false);
  });

  test("a namespace cannot take the place of the bucket tag", () => {
    expect(() => openRedis(url, { namespace: "{a}", chance })).toThrow("bucket tag");
  });

  test("round trips are counted: a pipeline is one, connecting none, an unknown script one more", async () => {
    let trips = 0;
    const known = script(`return '${ids.next()}'`);
    const redis = await open({ onTrip: () => void trips++ });
    const spent = async (work: () => Promise<unknown>) => {
      const before = trips;
      await work();
      return trips - before;
    };
    expect(trips).toBe(0);
    expect(await spent(() => redis.getMany(["a", "b", "c"]))).toBe(1);
    expect(await spent(() => redis.client.pipeline().set("a", "1").get("a").get("b").exec())).toBe(1);
    expect(await spent(() => redis.client.multi().set("a", "1").get("a").exec())).toBe(1);
    expect(await spent(() => redis.run(known, ["a"], []))).toBe(1);
    const fresh = script(`return '${ids.next()}'`);
    expect(await spent(() => redis.run(fresh, ["a"], []))).toBe(2);
    expect(await spent(() => redis.run(fresh, ["a"], []))).toBe(1);
  });

  test("a script is run for many calls in one trip, and each has its own end", async () => {
    let trips = 0;
    const redis = await open({ onTrip: () => void trips++ });
    const add = script("return redis.call('incrby', KEYS[1], ARGV[1])");
    const calls = [1, "no number", 3].map((by) => ({ keys: ["sum"], args: [by] }));
    await redis.runMany(add, calls); // it may have been unknown
    const before = trips;
    const ends = await redis.runMany(add, calls);
    expect(ends).toMatchObject([
      { status: "fulfilled", value: 5 },
      { status: "rejected", reason: expect.objectContaining({ message: expect.stringContaining("not an integer") }) },
      { status: "fulfilled", value: 8 },
    ]);
    expect(trips - before).toBe(1);
    expect(await redis.runMany(add, [])).toEqual([]);
    const away = await open({}, NOBODY);
    expect((await away.runMany(add, calls)).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  });

  test("a script's own error is passed on, not run a second time", async () => {
    const redis = await open();
    const failing = script("redis.call('incr', KEYS[1]); return redis.error_reply('NO')");
    await expect(redis.run(failing, ["n"], [])).rejects.toThrow("NO");
    expect(await redis.client.get("n")).toBe("1");
  });
});

describe("while Redis is away", () => {
  test("commands fail at once, nothing waits and nothing crashes", async () => {
    const { said, say, next } = states();
    const down = next(false);
    const redis = await open({ say }, NOBODY);
    expect(redis.up).toBe(false);
    await expect(redis.getMany(["a"])).rejects.toThrow();
    await down;
    for (const _again of [1, 2]) await new Promise((resolve) => redis.client.once("reconnecting", resolve));
    await expect(redis.getMany(["a"])).rejects.toThrow();
    await expect(redis.run(script("return 1"), ["a"], [])).rejects.toThrow();
    await expect(redis.client.pipeline().get("a").exec()).resolves.toEqual([[expect.any(Error)]]);
    expect(said).toEqual([{ up: false, at: "redis://***@127.0.0.1:1", why: expect.stringContaining("ECONNREFUSED") }]);
  });

  test("who waits for it can stop waiting, and stops when it is closed", async () => {
    const redis = openRedis(NOBODY, { namespace: "test", chance });
    const stop = new AbortController();
    const waits = expect(redis.whenUp(stop.signal)).rejects.toThrow("enough");
    stop.abort(new Error("enough"));
    await waits;
    const waiting = expect(redis.whenUp()).rejects.toThrow("redis was closed");
    await redis[Symbol.asyncDispose]();
    await waiting;
    await expect(redis.whenUp()).rejects.toThrow("redis was closed");
  });
});

describe("when Redis breaks in the middle", () => {
  let wire: Wire;
  beforeAll(async () => {
    wire = await layWire(url);
  });
  afterAll(() => wire[Symbol.asyncDispose]());

  test("calls under way fail, each change is said once, and it comes back by itself as often as needed", async () => {
    const { said, say, next } = states();
    const redis = await open({ say, patienceMs: 2_000 }, wire.url);
    await redis.client.set("k", "v");
    for (let round = 0; round < 3; round++) {
      const [down, up] = [next(false), next(true)];
      const slow = redis.client.blpop("nothing", 0);
      const failed = expect(slow).rejects.toThrow();
      await wire.cut();
      await Promise.all([down, failed]);
      expect(redis.up).toBe(false);
      await expect(redis.getMany(["k"])).rejects.toThrow();
      await wire.mend();
      await up;
      expect(await redis.getMany(["k"])).toEqual([Buffer.from("v")]);
    }
    expect(said.map(({ up }) => up)).toEqual([true, false, true, false, true, false, true]);
  });

  test("a server that hangs costs its patience, is then taken for gone, and found again", async () => {
    const { say, next } = states();
    const redis = await open({ say, patienceMs: 300 }, wire.url);
    const [down, up] = [next(false), next(true)];
    wire.hang();
    await expect(redis.getMany(["k"])).rejects.toThrow("timed out");
    await down;
    await expect(redis.getMany(["k"])).rejects.toThrow("writeable");
    await wire.mend();
    await up;
    expect(await redis.getMany(["k"])).toEqual([null]);
  });

  test("a script that was sent when it broke is not sent again", async () => {
    const { say, next } = states();
    const namespace = `test-${ids.next()}`;
    const [redis, other] = [await open({ namespace, say, patienceMs: 2_000 }, wire.url), await open({ namespace })];
    const [down, up] = [next(false), next(true)];
    const work = redis.client.pipeline().incr("n").blpop("nothing", 0).incr("n").exec();
    const failed = work.catch(() => "failed");
    await expect.poll(() => other.client.get("n")).toBe("1");
    await wire.cut();
    await Promise.all([down, failed]);
    await wire.mend();
    await up;
    expect(await redis.client.get("n")).toBe("1");
  });

  test("it closes at once in every state, says nothing of it, and twice is no harm", async () => {
    const { said, say, next } = states();
    const [there, gone, stuck] = await Promise.all([
      open({ say }, wire.url),
      open({ say }, wire.url),
      open({ say, patienceMs: 40 }, wire.url),
    ]);
    await there[Symbol.asyncDispose]();
    wire.hang();
    await stuck[Symbol.asyncDispose]();
    const down = next(false);
    await wire.cut();
    await down;
    const began = performance.now();
    await Promise.all([gone[Symbol.asyncDispose](), gone[Symbol.asyncDispose]()]);
    expect(performance.now() - began).toBeLessThan(500); // nothing is open that could say that it has ended
    await wire.mend();
    expect(said.filter(({ up }) => !up)).toHaveLength(1);
    for (const redis of [there, gone, stuck]) await expect(redis.getMany(["a"])).rejects.toThrow();
  });
});
