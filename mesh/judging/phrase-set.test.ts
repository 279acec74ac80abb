import fc from "fast-check";
import { expect, test } from "vitest";
import { createPhraseSet } from "./phrase-set.ts";

const finds = (phrase: string, wholeWord: boolean, text: string) =>
  createPhraseSet([{ text: phrase, wholeWord }])
    .find(text)
    .has(0);

test.each<[phrase: string, text: string, anywhere: boolean, whole: boolean]>([
  ["cat", "the cat sat", true, true],
  ["cat", "cat", true, true],
  ["cat", "concatenate", true, false],
  ["cat", "cats and a cat", true, true],
  ["cat", "cat_food", true, false],
  ["cat", "cat-food", true, true],
  ["cat", "#cat", true, true],
  ["cat", "cat2", true, false],
  ["#cat", "x#cat", true, true],
  ["#cat", "#cats", true, false],
  ["c++", "c++11", true, true],
  ["a b", "a b c", true, true],
  ["猫", "黒猫が", true, true],
  ["ai", "ai技術", true, true],
  ["ai", "said", true, false],
  ["кот", "коты", true, false],
  ["𝔞", "x", false, false],
  ["a", "𐐨a𐐨", true, false],
  ["dog", "the cat", false, false],
  ["", "anything", false, false],
])("%j in %j: anywhere %j, as a word %j", (phrase, text, anywhere, whole) => {
  expect(finds(phrase, false, text)).toBe(anywhere);
  expect(finds(phrase, true, text)).toBe(whole);
});

test("looking for many phrases at once finds what looking for each finds", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c", " "), maxLength: 4 });
  const phrases = fc.array(fc.record({ text: word, wholeWord: fc.boolean() }), { maxLength: 12 });
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c", " "), maxLength: 30 });
  fc.assert(
    fc.property(phrases, text, (all, within) => {
      const expected = all.flatMap((one, place) => (finds(one.text, one.wholeWord, within) ? [place] : []));
      expect([...createPhraseSet(all).find(within)].sort((a, b) => a - b)).toEqual(expected);
      for (const { text: one } of all) expect(finds(one, false, within)).toBe(one !== "" && within.includes(one));
    }),
    { numRuns: 500 },
  );
});
