import { expect, test } from "vitest";
import { readStat, usageOf, usedBetween } from "./usage.ts";

test("a line of /proc is read, whatever the process is called", () => {
  const line = "42 (post) gres: (x) S 7 42 42 0 -1 4194560 100 200 0 0 150 50 25 75 20 0 1 0 100 0 0";
  expect(readStat(42, line)).toEqual({ pid: 42, parent: 7, seconds: 3 });
});

test("a process that works uses up seconds, and one that is not there none", () => {
  const before = usageOf({ me: process.pid, nobody: 2 ** 30 });
  let sum = 0;
  for (const began = process.cpuUsage(); process.cpuUsage(began).user < 100_000; ) sum += Math.sqrt(sum + 1);
  const used = usedBetween(before, usageOf({ me: process.pid, nobody: 2 ** 30 }));
  expect(sum).toBeGreaterThan(0);
  expect(used.nobody).toBe(0);
  if (process.platform === "linux") expect(used.me).toBeGreaterThan(0.05);
});
