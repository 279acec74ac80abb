import { expect, test } from "vitest";
import { recent } from "./recent.ts";

test("what is used goes on being known, what is not is forgotten, and there is never more than was allowed", () => {
  const known = recent<number>(10);
  for (let n = 0; n < 100; n++) {
    known.set(String(n), n);
    known.set("used", -1);
    expect(known.get("used")).toBe(-1);
    expect(known.get(String(n))).toBe(n);
  }
  const left = Array.from({ length: 100 }, (_, n) => n).filter((n) => known.get(String(n)) !== undefined);
  expect(left.length).toBeLessThanOrEqual(10);
  expect(left).toContain(99);
});

test("what was read lately outlives what was not", () => {
  const known = recent<number>(10);
  known.set("read", 1);
  for (let n = 0; n < 50; n++) {
    known.set(String(n), n);
    expect(known.get("read")).toBe(1);
  }
  expect(known.get("0")).toBeUndefined();
});

test("what is deleted or cleared away is gone, however old it was", () => {
  const known = recent<number>(4);
  for (const key of ["a", "b", "c"]) known.set(key, 1);
  expect(known.delete("a")).toBe(true);
  expect([known.get("a"), known.get("c")]).toEqual([undefined, 1]);
  known.clear();
  expect(known.get("c")).toBeUndefined();
});
