import { expect, test } from "vitest";
import { readLogin } from "./login.ts";

test.each([
  ["Ann_Lee", "ann_lee", ""],
  ["@Ann", "ann", ""],
  [" ann ", "ann", ""],
  ["Ann@Example.org", "", "ann@example.org"],
  ["a", "", ""],
  ["ann lee", "", ""],
  ["ann\0@example.org", "", ""],
  ["a@b@c", "", ""],
])("%j means handle %j, address %j", (given, handle, email) => {
  expect(readLogin(given)).toEqual({ handle, email });
});
