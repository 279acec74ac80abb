import fc from "fast-check";
import { expect, test } from "vitest";
import { createSemaphore, Shed } from "./semaphore.ts";

/** Work that ends when it is told to. */
function held() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { work: () => promise, end: resolve };
}

test("those who wait are served in the order they came", async () => {
  const one = createSemaphore({ slots: 1, queue: 3 });
  const served: number[] = [];
  const { work, end } = held();
  const first = one.run(work);
  const others = [1, 2, 3].map((n) => one.run(() => void served.push(n)));
  expect({ busy: one.busy, waiting: one.waiting }).toEqual({ busy: 1, waiting: 3 });
  end();
  await Promise.all([first, ...others]);
  expect(served).toEqual([1, 2, 3]);
  expect({ busy: one.busy, waiting: one.waiting }).toEqual({ busy: 0, waiting: 0 });
});

test("what does not fit into the queue is turned away at once and counted", async () => {
  const gate = createSemaphore({ slots: 1, queue: 1 });
  const { work, end } = held();
  const inside = [gate.run(work), gate.run(() => "late")];
  await expect(gate.run(() => "never")).rejects.toBeInstanceOf(Shed);
  await expect(gate.run(() => "never")).rejects.toMatchObject({ slots: 1, queue: 1 });
  expect(gate.shed).toBe(2);
  end();
  expect(await Promise.all(inside)).toEqual([undefined, "late"]);
});

test("a waiter whose signal aborts leaves the queue and makes room", async () => {
  const gate = createSemaphore({ slots: 1, queue: 1 });
  const { work, end } = held();
  const inside = gate.run(work);
  const stop = new AbortController();
  const impatient = gate.run(() => "never", stop.signal);
  stop.abort(new Error("gone"));
  await expect(impatient).rejects.toThrow("gone");
  expect(gate.waiting).toBe(0);
  const patient = gate.run(() => "served");
  end();
  expect(await patient).toBe("served");
  await inside;
});

test("an aborted caller does not start, also when the slot was already handed to it", async () => {
  const gate = createSemaphore({ slots: 1, queue: 1 });
  const { work, end } = held();
  const stop = new AbortController();
  const first = gate.run(work).then(() => stop.abort(new Error("gone")));
  let started = false;
  const second = gate.run(() => {
    started = true;
  }, stop.signal);
  end();
  await expect(second).rejects.toThrow("gone");
  await first;
  expect(started).toBe(false);
  expect(gate.busy).toBe(0);
  await expect(gate.run(() => "never", stop.signal)).rejects.toThrow("gone");
});

test("work that throws gives its slot back", async () => {
  const gate = createSemaphore({ slots: 1, queue: 0 });
  const fail = () => {
    throw new Error("no");
  };
  await expect(gate.run(fail)).rejects.toThrow("no");
  expect(await gate.run(() => "yes")).toBe("yes");
});

test("whatever comes, aborts and fails, no more run than there are slots and every slot comes back", async () => {
  const step = fc.record({ fails: fc.boolean(), aborts: fc.boolean(), turns: fc.nat(4) });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.nat(5),
      fc.array(step, { maxLength: 40 }),
      async (slots, queue, steps) => {
        const gate = createSemaphore({ slots, queue });
        let running = 0;
        let most = 0;
        const all = steps.map(async ({ fails, aborts, turns }) => {
          const stop = new AbortController();
          const run = gate.run(async () => {
            most = Math.max(most, ++running);
            for (let turn = 0; turn < turns; turn++) await undefined;
            running--;
            if (fails) throw new Error("failed");
          }, stop.signal);
          if (aborts) stop.abort(new Error("gone"));
          await run;
        });
        expect(gate.waiting).toBeLessThanOrEqual(queue);
        await Promise.allSettled(all);
        expect(most).toBeLessThanOrEqual(slots);
        expect({ running, busy: gate.busy, waiting: gate.waiting }).toEqual({ running: 0, busy: 0, waiting: 0 });
      },
    ),
  );
});
