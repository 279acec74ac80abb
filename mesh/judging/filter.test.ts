import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { FilterAction, FilterRuleSchema, FilterScope } from "#gen/skein/content/v1/content_filter_pb.ts";
import { PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { compileFilters, type Filterable, matchFilters, type Showing } from "./filter.ts";

type Rule = MessageInitShape<typeof FilterRuleSchema>;
type Card = MessageInitShape<typeof PostCardSchema>;

const OWNER = "owner";
const NOW = new Date("2026-11-24T12:00:00Z");
const at: Showing = { surface: Surface.HOME, now: NOW, following: false };
const rule = (init: Rule) => create(FilterRuleSchema, { action: FilterAction.HIDE, ...init });
const filters = (...rules: Rule[]) =>
  compileFilters(
    OWNER,
    rules.map((init, place) => ({ id: `f${place}`, rule: rule(init) })),
  );
const post = (card: Card, more: Omit<Partial<Filterable>, "card"> = {}): Filterable => ({
  card: create(PostCardSchema, { authorId: "author", ...card }),
  ...more,
});
const phrase = (text: string, wholeWord = false) => ({ phrases: [{ text, wholeWord }] });
const hides = (init: Rule, of: Filterable, showing = at) => matchFilters(filters(init), of, showing).hidden;

const URI = "https://example.com/Spoiler%20Page";
const linked: Card = {
  text: `see ${URI} now`,
  facets: [{ byteStart: 4, byteEnd: 4 + URI.length, feature: { case: "link", value: { uri: URI } } }],
};

test.each<[text: string, wanted: string, wholeWord: boolean, hidden: boolean]>([
  ["A SPOILER!", "spoiler", false, true],
  ["spoilers ahead", "spoiler", false, true],
  ["spoilers ahead", "spoiler", true, false],
  ["spo\u200biler", "spoiler", true, true],
  ["SPÓILER", "spoiler", true, true],
  ["spoiler", "SPÖILER", true, true],
  ["große STRASSE", "straße", true, true],
  ["ＳＰＯＩＬＥＲ", "spoiler", true, true],
  ["two\n lines", "two lines", true, true],
  ["ネタバレ注意", "ネタバレ", true, true],
  ["各가", "가각", false, false],
  ["각", "가", false, false],
  ["nothing", "spoiler", false, false],
  ["anything", "\u200b", false, false],
])("text %j and phrase %j, as a word %j: hidden %j", (text, wanted, wholeWord, hidden) => {
  expect(hides(phrase(wanted, wholeWord), post({ text }))).toBe(hidden);
});

const scoped: [scope: FilterScope, of: Filterable][] = [
  [FilterScope.TEXT, post({ text: "a spoiler page" })],
  [FilterScope.TEXT, post({ contentWarning: "spoiler page" })],
  [FilterScope.TEXT, post({ poll: { options: ["no", "spoiler page"] } })],
  [FilterScope.LINKS, post(linked)],
  [FilterScope.ALT_TEXT, post({ media: [{ mediaId: "m", altText: "the spoiler page" }] })],
  [FilterScope.NAMES, post({}, { author: { handle: "x", displayName: "Spoiler Page" } })],
  [FilterScope.QUOTES, post({}, { quoted: post({ text: "spoiler page" }) })],
  [FilterScope.QUOTES, post({}, { quoted: post(linked) })],
  [FilterScope.QUOTES, post({}, { quoted: post({ media: [{ mediaId: "m", altText: "spoiler page" }] }) })],
];
test.each(scoped)("scope %s looks where it says and nowhere else (%#)", (scope, of) => {
  expect(hides(phrase("spoiler page"), of)).toBe(true);
  for (const other of [1, 2, 3, 4, 5] as FilterScope[])
    expect(hides({ ...phrase("spoiler page"), scopes: [other] }, of), `scope ${other}`).toBe(other === scope);
});

test("names of a quoted author are asked for by both scopes together", () => {
  const of = post({}, { quoted: post({}, { author: { handle: "Troll", displayName: "" } }) });
  const { NAMES, QUOTES, TEXT } = FilterScope;
  const by = (...scopes: FilterScope[]) => hides({ ...phrase("@troll", true), scopes }, of);
  expect([by(NAMES, QUOTES), by(NAMES), by(QUOTES), by(QUOTES, TEXT)]).toEqual([true, false, false, false]);
});

test("a tag is found with and without its sign", () => {
  const of = post({ text: "x", hashtags: ["spoiler"] });
  expect([hides(phrase("#Spoiler", true), of), hides(phrase("spoiler", true), of)]).toEqual([true, true]);
});

test("what belongs to two parts is not together", () => {
  expect(hides(phrase("one two"), post({ text: "one", contentWarning: "two" }))).toBe(false);
});

test("a filter holds on its surfaces, until it expires, and not for the followed if it says so", () => {
  const of = post({ text: "spoiler" });
  const home = { ...phrase("spoiler"), surfaces: [Surface.HOME] };
  expect(hides(home, of)).toBe(true);
  expect(hides(home, of, { ...at, surface: Surface.THREAD })).toBe(false);
  expect(hides(phrase("spoiler"), of, { ...at, surface: Surface.THREAD })).toBe(true);
  expect(hides(phrase("spoiler"), of, { ...at, surface: Surface.MODERATION })).toBe(false);
  const until = (ms: number) => ({ ...phrase("spoiler"), expiresAt: timestampFromDate(new Date(NOW.getTime() + ms)) });
  expect([hides(until(1), of), hides(until(0), of)]).toEqual([true, false]);
  const except = { ...phrase("spoiler"), exceptFollowed: true };
  expect([hides(except, of), hides(except, of, { ...at, following: true })]).toEqual([true, false]);
});

test("one's own posts are never filtered, and being quoted does not filter others", () => {
  expect(hides(phrase("spoiler"), post({ authorId: OWNER, text: "spoiler" }))).toBe(false);
  const quoting = post({ text: "so true" }, { quoted: post({ authorId: OWNER, text: "spoiler" }) });
  expect(hides(phrase("spoiler"), quoting)).toBe(false);
});

test("warnings name each filter once, with the phrase as it was written; one that hides settles it", () => {
  const warn = (title: string, ...texts: string[]): Rule => ({
    title,
    action: FilterAction.WARN,
    phrases: texts.map((text) => ({ text })),
  });
  const of = post({ text: "Crème brûlée and cats" });
  const warned = matchFilters(
    filters(warn("food", "CREME", "brulee"), warn("pets", "dog", "Cat"), warn("no", "x")),
    of,
    at,
  );
  expect(warned).toEqual({
    hidden: false,
    matches: [
      { filterId: "f0", title: "food", phrase: "CREME" },
      { filterId: "f1", title: "pets", phrase: "Cat" },
    ],
  });
  const settled = matchFilters(filters(warn("food", "creme"), phrase("cats")), of, at);
  expect(settled).toEqual({ hidden: true, matches: [] });
});

test("without filters nothing happens", () => {
  expect(matchFilters(undefined, post({ text: "x" }), at)).toEqual({ hidden: false, matches: [] });
  expect(matchFilters(filters(), post({ text: "x" }), at)).toEqual({ hidden: false, matches: [] });
});
