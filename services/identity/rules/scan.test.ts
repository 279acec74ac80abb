import { expect, test } from "vitest";
import { pageEnd, scanOf } from "./scan.ts";

test("twice as many rows are looked at where some may be hidden, and never more than one question holds", () => {
  expect([scanOf(20, false), scanOf(20, true), scanOf(100, true)]).toEqual([20, 40, 200]);
});

test.each<[string, number, number]>([
  ["", 2, 0],
  ["y", 2, 1],
  ["yy", 2, 2],
  ["yyyy", 2, 2],
  ["nyny", 2, 4],
  ["nynyn", 2, 4],
  ["ynnn", 2, 4],
  ["nnnn", 2, 4],
])("of %j a page of %i ends after %i", (rows, limit, end) => {
  expect(
    pageEnd(
      [...rows].map((one) => one === "y"),
      limit,
    ),
  ).toBe(end);
});
