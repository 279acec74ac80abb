import { expect, test } from "vitest";
import { dictionaries, dictionaryOf, primaryOf } from "./search-language.ts";

test.each([
  ["de", "de", "german_stem"],
  ["de-AT", "de", "german_stem"],
  ["NB-no", "nb", "norwegian_stem"],
  ["ja", "ja", undefined],
  ["constructor", "constructor", undefined],
  ["", "", undefined],
])("%j is %j with dictionary %j", (tag, primary, dictionary) => {
  expect([primaryOf(tag), dictionaryOf(tag)]).toEqual([primary, dictionary]);
});

test("each dictionary is listed once", () => {
  expect(new Set(dictionaries).size).toBe(dictionaries.length);
});
