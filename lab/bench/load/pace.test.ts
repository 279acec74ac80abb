import { expect, test } from "vitest";
import { pace, type Watch } from "./pace.ts";

/** A clock that moves only when somebody waits. */
function slowWatch(): Watch & { pass(ms: number): void } {
  let now = 1_000;
  return {
    now: () => now,
    pass: (ms) => {
      now += ms;
    },
    sleep: async (ms) => {
      now += ms;
    },
  };
}

test("at a rate, calls are due evenly, and a stall is counted in all that were due meanwhile", async () => {
  const watch = slowWatch();
  const late: number[] = [];
  await pace(
    { perSecond: 100 },
    100,
    async (due) => {
      late.push(watch.now() - due);
      if (late.length === 3) watch.pass(50); // the machine stands still
    },
    watch,
  );
  expect(late.map(Math.round)).toEqual([0, 0, 0, 40, 30, 20, 10, 0, 0, 0]);
});

test("in flight, the next call is made when the last is answered, and none after the end", async () => {
  const watch = slowWatch();
  const dues: number[] = [];
  let open = 0;
  let most = 0;
  const call = async (due: number) => {
    dues.push(due - 1_000);
    most = Math.max(most, ++open);
    await Promise.resolve();
    watch.pass(10);
    open--;
  };
  await pace({ inFlight: 4 }, 100, call, watch);
  expect(most).toBe(4);
  expect(Math.max(...dues)).toBeLessThan(100);
  expect(dues.length).toBeGreaterThanOrEqual(10);
});

test.each([{ perSecond: 100 }, { inFlight: 2 }])("with %j a call that breaks ends it all", async (loop) => {
  const watch = slowWatch();
  let calls = 0;
  const call = async () => {
    watch.pass(1);
    if (++calls === 3) throw new Error("the connection is gone");
  };
  await expect(pace(loop, 1_000, call, watch)).rejects.toThrow("the connection is gone");
  expect(calls).toBeLessThan(10);
});
