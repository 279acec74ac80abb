import { expect, test } from "vitest";
import { isReserved, plainHandle, refuseReservedHandle } from "./handle.ts";

test.each([
  ["Ann", "ann"],
  ["@Ann", "ann"],
  ["ann_lee", "ann_lee"],
])("%j is claimed as %j", (given, plain) => {
  expect(plainHandle(given)).toBe(plain);
});

test.each(["admin", "ROOT", "@support", "skein", "api", "_admin_", "ad_min"])("%j is nobody's", (handle) => {
  expect(isReserved(handle)).toBe(true);
  expect(() => refuseReservedHandle(handle)).toThrow(expect.objectContaining({ reason: "HANDLE_RESERVED" }));
});

test.each(["ann", "administratrix", "apiary", "rooted"])("%j can be somebody's", (handle) => {
  expect(isReserved(handle)).toBe(false);
});
