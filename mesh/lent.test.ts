import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { realLent } from "./lent.ts";

const DAY_MS = 86_400_000;
const { clock, chance, ids, timers } = realLent();

describe("timers", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("thirty days are thirty days, though Node's own timers end at twenty-four", () => {
    const rung = vi.fn();
    timers.after(30 * DAY_MS, rung);
    vi.advanceTimersByTime(30 * DAY_MS - 1);
    expect(rung).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(rung).toHaveBeenCalledOnce();
  });

  test("a time without end never comes", () => {
    const rung = vi.fn();
    using _timer = timers.after(Number.POSITIVE_INFINITY, rung);
    vi.advanceTimersByTime(100 * DAY_MS);
    expect(rung).not.toHaveBeenCalled();
  });

  test("a disposed timer stays silent, also in its second stretch", () => {
    const rung = vi.fn();
    const timer = timers.after(30 * DAY_MS, rung);
    vi.advanceTimersByTime(25 * DAY_MS);
    timer[Symbol.dispose]();
    vi.advanceTimersByTime(30 * DAY_MS);
    expect(rung).not.toHaveBeenCalled();
  });

  test("a beat goes on until it is disposed", () => {
    const beat = vi.fn();
    const heart = timers.every(10, beat);
    vi.advanceTimersByTime(35);
    heart[Symbol.dispose]();
    vi.advanceTimersByTime(100);
    expect(beat).toHaveBeenCalledTimes(3);
    expect(() => timers.every(0, beat)).toThrow(RangeError);
    expect(() => timers.every(30 * DAY_MS, beat)).toThrow(RangeError);
  });

  test("a sleeper wakes when its time has come", async () => {
    const asleep = timers.sleep(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    await expect(asleep).resolves.toBeUndefined();
  });

  test("a sleeper whose signal aborts wakes with the reason and leaves no timer behind", async () => {
    const stop = new AbortController();
    const asleep = timers.sleep(1_000, stop.signal);
    stop.abort(new Error("closing"));
    await expect(asleep).rejects.toThrow("closing");
    await expect(timers.sleep(1_000, stop.signal)).rejects.toThrow("closing");
    expect(vi.getTimerCount()).toBe(0);
  });
});

test("ids are UUIDv7 and never go backwards", () => {
  const made = Array.from({ length: 10_000 }, () => ids.next());
  expect(made).toEqual([...made].sort());
  expect(new Set(made).size).toBe(made.length);
  expect(made[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
});

test("chance stays below its limit and reaches all of it", () => {
  const seen = new Set(Array.from({ length: 500 }, () => chance.below(4)));
  expect([...seen].sort()).toEqual([0, 1, 2, 3]);
  expect(chance.bytes(16)).toHaveLength(16);
});

test("the clock is the time", () => {
  expect(Math.abs(clock.now().getTime() - Date.now())).toBeLessThan(1_000);
});
