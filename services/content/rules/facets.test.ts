import { expect, test } from "vitest";
import { findFacets, handlesIn, meaningOf } from "./facets.ts";

/** What was found, each cut out of the text's bytes by its own places. */
const found = (text: string) =>
  findFacets(text).map(({ kind, value, byteStart, byteEnd }) => {
    const cut = Buffer.from(text).subarray(byteStart, byteEnd).toString();
    return cut === value ? `${kind} ${value}` : `${kind} ${value} "${cut}"`;
  });

test.each([
  ["nothing to see, really: 5 > 3 & 2", []],
  ["hi @Ann, and @bob_2!", ['mention ann "@Ann"', 'mention bob_2 "@bob_2"']],
  ["(@ann) .@bob \n@cid", ['mention ann "@ann"', 'mention bob "@bob"', 'mention cid "@cid"']],
  ["ann@example.test, x@bob and @@cid are none", []],
  ["@ann@example.test is somewhere else, @ann@ is here", ['mention ann "@ann"']],
  [`@${"a".repeat(31)} is too long, @a too short`, []],
  [`@${"a".repeat(30)}.`, [`mention ${"a".repeat(30)} "@${"a".repeat(30)}"`]],
  ["é@ann ñ #tag", ['hashtag tag "#tag"']],
  ["#One, #two.", ['hashtag one "#One"', 'hashtag two "#two"']],
  ["#1 is no tag, #1st is; a#b and ##c and &#d are not", ['hashtag 1st "#1st"']],
  ["＃全角 and #Straße", ['hashtag 全角 "＃全角"', 'hashtag strasse "#Straße"']],
  ["👩‍👩‍👧 #family 👍@ann", ['hashtag family "#family"', 'mention ann "@ann"']],
  ["see https://a.test/x?y=1#z.", ["link https://a.test/x?y=1#z"]],
  ["(https://a.test/w_(b)) HTTP://B.test!", ["link https://a.test/w_(b)", "link HTTP://B.test"]],
  ["http:// and https://: and ftp://a.test and xhttp://a.test are none", []],
  ["https://a.test/@ann/#tag @bob", ["link https://a.test/@ann/#tag", 'mention bob "@bob"']],
  ['<https://a.test>"https://b.test"', ["link https://a.test", "link https://b.test"]],
  ["https://müller.test/ü…", ["link https://müller.test/ü"]],
])("%j holds %j", (text, expected) => {
  expect(found(text)).toEqual(expected);
});

test("a mention is one of a known account, and each is told once", () => {
  const all = findFacets("@ann @nobody @ANN #a #b #a #c https://a.test");
  expect(handlesIn(all)).toEqual(["ann", "nobody"]);
  const { facets, mentionedIds, hashtags } = meaningOf(all, new Map([["ann", "1"]]), { mostTags: 2 });
  expect([mentionedIds, hashtags]).toEqual([["1"], ["a", "b"]]);
  expect(facets.map(({ byteStart, feature }) => [byteStart, feature.value])).toMatchObject([
    [0, { accountId: "1", handle: "ann" }],
    [13, { accountId: "1", handle: "ANN" }],
    [18, { tag: "a" }],
    [21, { tag: "b" }],
    [24, { tag: "a" }],
    [30, { uri: "https://a.test" }],
  ]);
});
