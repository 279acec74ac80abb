import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

test.each([
  ["vesion", "version"],
  ["stauts", "status"],
  ["UP", "up"],
  ["logz", "logs"],
])("%s was meant to be %s", (typed, meant) => {
  expect(nearest(typed, ["up", "down", "status", "logs", "version"])).toBe(meant);
});

test("what is like nothing gets no suggestion", () => {
  expect(nearest("frobnicate", ["up", "down"])).toBeUndefined();
  expect(nearest("xy", ["up", "down"])).toBeUndefined();
  expect(nearest("up", [])).toBeUndefined();
});
