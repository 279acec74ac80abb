import { expect, test } from "vitest";
import { plainDevice } from "./device.ts";

test.each([
  ["Ann's phone", "Ann's phone"],
  ["  two\r\nlines\tand \0 more ", "two lines and more"],
  ["left\u202Etfel", "lefttfel"],
])("%j is shown as %j", (given, shown) => {
  expect(plainDevice(given)).toBe(shown);
});
