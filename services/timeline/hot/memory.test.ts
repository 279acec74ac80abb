import { expect, test } from "vitest";
import { createMemory } from "./memory.ts";

test("a memory keeps what is asked for, forgets the rest, and never holds much more than it may", () => {
  const memory = createMemory<number>(100);
  memory.set("always", 1);
  for (let at = 0; at < 1_000; at++) {
    memory.set(`${at}`, at);
    if (at % 20 === 0) expect(memory.get("always")).toBe(1);
  }
  expect(memory.get("999")).toBe(999);
  const kept = Array.from({ length: 1_000 }, (_, at) => memory.get(`${at}`)).filter((value) => value !== undefined);
  expect(kept.length).toBeGreaterThanOrEqual(49);
  expect(kept.length).toBeLessThanOrEqual(101);
});
