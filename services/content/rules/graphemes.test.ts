import { expect, test } from "vitest";
import { isLonger } from "./graphemes.ts";
import { tidy, tidyLine } from "./text.ts";

test.each([
  ["", 0, false],
  ["abc", 3, false],
  ["abcd", 3, true],
  ["👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 2, false],
  ["👩‍👩‍👧‍👦👩‍👩‍👧‍👦!", 2, true],
  ["e\u0301".repeat(3), 3, false],
  ["🇩🇪🇫🇷🇮🇹", 2, true],
  ["한국어", 3, false],
])("%j against %i: %j", (text, most, longer) => {
  expect(isLonger(text, most)).toBe(longer);
});

test.each([
  [" a\r\nb\t ", "a\nb\t".trim()],
  ["a\u0000b\u0007c\u009f", "abc"],
  ["e\u0301", "é"],
  ["a\ud83d", "a\ufffd"],
  [" \n ", ""],
])("%j is kept as %j", (text, kept) => {
  expect(tidy(text)).toBe(kept);
});

test("a line is one line", () => {
  expect(tidyLine(" a\n  b\tc ")).toBe("a b c");
});
