import fc from "fast-check";
import { expect, test } from "vitest";
import { foldTag, TAG_CHARACTERS, writtenTag } from "./hashtag.ts";

test.each([
  ["Berlin", "berlin"],
  ["#Berlin", "berlin"],
  ["＃ＢＥＲＬＩＮ", "berlin"],
  ["#100days", "100days"],
  ["#Straßenfest", "strassenfest"],
  ["#STRAẞENFEST", "strassenfest"],
  ["#İstanbul", "istanbul"],
  ["#naïve", "naïve"],
  ["#nai\u0308ve", "naïve"],
  ["#日本語", "日本語"],
  ["#किताब", "किताब"],
  ["#نیم\u200cفاصله", "نیمفاصله"],
  ["#col·legi", "col·legi"],
  ["#foo_bar", "foo_bar"],
])("%j is the tag %j", (text, tag) => {
  expect(foldTag(text)).toBe(tag);
});

test.each([
  "",
  "#",
  "##berlin",
  "2026",
  "#20_26",
  "ber lin",
  "ber-lin",
  "#b!",
  "👍",
  "\u0301a",
  "a".repeat(101),
  "﷽".repeat(30),
])("%j is no tag", (text) => {
  expect(foldTag(text)).toBeUndefined();
});

test("folding a tag again changes nothing, and every tag is made of the characters of tags", () => {
  const tags = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).map(foldTag);
  fc.assert(
    fc.property(tags, (tag) => {
      fc.pre(tag !== undefined);
      expect(foldTag(tag)).toBe(tag);
      expect(tag).toMatch(new RegExp(`^[${TAG_CHARACTERS}]+$`, "u"));
    }),
  );
});

test("a tag is shown back as it was written", () => {
  expect(writtenTag("#BerLin")).toBe("BerLin");
});
