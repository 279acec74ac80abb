import { expect, test } from "vitest";
import { boundedDate } from "./bounded-date.ts";

test.each([
  [1_795_521_600n, 1_999_999, "2026-11-24T12:00:00.001Z"],
  [0n, 0, "1970-01-01T00:00:00.000Z"],
  [-1n, 0, "1970-01-01T00:00:00.000Z"],
  [253_402_300_800n, 0, "9999-12-31T23:59:59.000Z"],
  [2n ** 63n - 1n, 0, "9999-12-31T23:59:59.000Z"],
])("%d s and %d ns are %s", (seconds, nanos, iso) => {
  expect(boundedDate({ seconds, nanos }).toISOString()).toBe(iso);
});
