import { expect, test } from "vitest";
import { inflectedOf, looksUp, parseQuery, tsqueryOf } from "./search-query.ts";

const forms = new Map([["cats", ["en:cat"]]]);

test.each([
  ["cats", "(('cats' | 'en:cat'))"],
  ["Cats dogs", "(('cats' | 'en:cat') & ('dogs'))"],
  ['"cats"', "(('cats'))"],
  ['"big cats"', "(('big' <-> 'cats'))"],
  ["“big cats”", "(('big' <-> 'cats'))"],
  ['"never closed cats', "(('never' <-> 'closed' <-> 'cats'))"],
  ["dogs -cats", "(('dogs') & !('cats' | 'en:cat'))"],
  ['dogs -"big cats"', "(('dogs') & !('big' <-> 'cats'))"],
  ["dogs −cats", "(('dogs') & !('cats' | 'en:cat'))"],
  ["big dogs OR cats", "(('big') & ('dogs')) | (('cats' | 'en:cat'))"],
  ['dogs "or" x', "(('dogs') & ('or') & ('x'))"],
  ["or or dogs or", "(('dogs'))"],
  ["dogs or -cats", "(('dogs'))"],
  ["-dogs", "(!('dogs'))"],
  ["well-known", "(('well' <-> 'known'))"],
  ['- -- "" & | ! ( \' \\ :*', ""],
  ["dogs' ) | x", "(('dogs') & ('x'))"],
  ["東京都", "(('東京' <-> '京都'))"],
  ["", ""],
])("%j is %j", (text, expected) => {
  const query = parseQuery(text);
  expect(tsqueryOf(query, forms)).toBe(expected);
});

test("other forms are asked for of single words that have any, and not of quoted ones", () => {
  expect(inflectedOf(parseQuery('cats "dogs" well-known 2026 猫 cats -birds'))).toEqual(["cats", "birds"]);
  expect(inflectedOf(parseQuery(Array.from({ length: 40 }, (_, n) => `word${n}`).join(" ")))).toHaveLength(16);
});

test.each([
  ["cats", true],
  ["-cats", false],
  ["", false],
  ["cats or -dogs", true],
])("%j gives something to look up: %j", (text, does) => {
  expect(looksUp(parseQuery(text))).toBe(does);
});
