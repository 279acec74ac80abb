import { expect, test } from "vitest";
import { inflects, vectorOf, wordsOf } from "./search-words.ts";

test.each([
  ["Crème brûlée, please!", ["creme", "brulee", "please"]],
  ["don't foo-bar foo_bar C++", ["don", "t", "foo", "bar", "foo_bar", "c"]],
  ["https://example.com/a?b=3.14", ["https", "example", "com", "a", "b", "3", "14"]],
  ["@Ann #Tag", ["ann", "tag"]],
  ["I ❤️ 👍🏽", ["i", "❤", "👍"]],
  ["東京都へ", ["東京", "京都", "都へ"]],
  ["猫 AI技術 第2回", ["猫", "ai", "技術", "第", "2", "回"]],
  ["サーバー", ["サー", "ーバ", "バー"]],
  ["สวัสดี", ["สวั", "วัส", "สดี"]],
  ["किताब पढ़ो", ["किताब", "पढ\u093cो"]],
  ["한국어", ["한국어"]],
  ["'); drop -- \\ \u0000", ["drop"]],
  ["", []],
])("%j is the words %j", (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});

test("a word of any length has an end", () => {
  expect(wordsOf("a".repeat(20_000))).toEqual(["a".repeat(64)]);
});

test("words keep their places, parts stay apart, and single signs are there without one", () => {
  expect(vectorOf(["b a b", "", "a"]).vector).toBe("'b':1,3 'a':2,6");
  expect(vectorOf(["東京都"]).vector).toBe("'東京':1 '京都':2 '東' '京' '都'");
  expect(vectorOf(["猫"]).vector).toBe("'猫':1");
  expect(vectorOf(["!"]).vector).toBe("");
});

test("no word has more places than PostgreSQL takes, and none beyond the last", () => {
  const { vector } = vectorOf([`${"x ".repeat(300)}${"y ".repeat(20_000)}z`]);
  const places = (word: string) => new RegExp(`'${word}':([\\d,]+)`).exec(vector)?.[1]?.split(",").map(Number) ?? [];
  expect(places("x")).toHaveLength(255);
  expect(places("z")).toEqual([16_383]);
});

test.each([
  ["running", true],
  ["book2", true],
  ["2026", false],
  ["x", false],
  ["東京", false],
  ["❤", false],
])("%j has other forms: %j", (word, has) => {
  expect(inflects(word)).toBe(has);
});
