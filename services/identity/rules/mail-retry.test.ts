import { expect, test } from "vitest";
import { nextAttempt } from "./mail-retry.ts";

const createdAt = new Date("2026-11-21T12:00:00Z");
const least = { bytes: (count: number) => new Uint8Array(count), below: () => 0 };
const most = { ...least, below: (limit: number) => limit - 1 };
const waits = (attempts: number, now = createdAt) =>
  [least, most].map((chance) => {
    const again = nextAttempt({ attempts, createdAt, now, chance });
    return again && (again.getTime() - now.getTime()) / 1000;
  });

test("waits double, by chance between half and whole, up to an hour", () => {
  expect([1, 2, 3, 4].map((attempts) => waits(attempts))).toEqual([
    [2, 4],
    [4, 8],
    [8, 16],
    [16, 32],
  ]);
  expect([11, 12, 40, 4_000].map((attempts) => waits(attempts))).toEqual(Array(4).fill([1_800, 3_600]));
});

test("after a day it is given up", () => {
  expect(waits(30, new Date(createdAt.getTime() + 86_399_999))).toEqual([1_800, 3_600]);
  expect(waits(30, new Date(createdAt.getTime() + 86_400_000))).toEqual([undefined, undefined]);
});
