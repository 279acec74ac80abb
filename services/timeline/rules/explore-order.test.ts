import { expect, test } from "vitest";
import { createRecent, type Explorable, exploreOrder, exploreScore, recentIn } from "./explore-order.ts";
import { FIRST_WEIGHTS } from "./ranking-config.ts";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 25);
let made = 0;
const post = (author: number, more: Partial<Explorable> = {}): Explorable => ({
  postId: `p${String(++made).padStart(6, "0")}`,
  authorId: `0193aaaa-0000-7000-8000-${String(author).padStart(12, "0")}`,
  ...{ language: "", createdMs: NOW, heat: 0, trending: false, ...more },
});
const order = (posts: readonly Explorable[], room = { all: 1_000, language: 10 }) =>
  exploreOrder(posts, NOW, FIRST_WEIGHTS, room);

test.each<[string, Partial<Explorable>, Partial<Explorable>]>([
  ["more engagement", { heat: 5 }, { heat: 4 }],
  ["newer", { createdMs: NOW }, { createdMs: NOW - HOUR }],
  ["a trending tag", { trending: true }, {}],
  ["much engagement of an older one", { heat: 500, createdMs: NOW - 12 * HOUR }, { heat: 1 }],
])("%s comes first", (_, better, worse) => {
  const [first, second] = [post(1, better), post(2, worse)];
  expect(order([second, first]).map(({ postId }) => postId)).toEqual([first.postId, second.postId]);
  expect(exploreScore(first, NOW, FIRST_WEIGHTS)).toBeGreaterThan(exploreScore(second, NOW, FIRST_WEIGHTS));
});

test("no author comes more than twice in ten, wherever one looks, and nobody is left out for that while others follow", () => {
  const loud = Array.from({ length: 20 }, (_, n) => post(1, { heat: 1_000 - n }));
  const others = Array.from({ length: 90 }, (_, n) => post(2 + n, { heat: 500 - n }));
  const shown = order([...loud, ...others]);
  for (let from = 0; from + 10 <= shown.length; from++) {
    const counts = Map.groupBy(shown.slice(from, from + 10), ({ authorId }) => authorId);
    expect(Math.max(...[...counts.values()].map(({ length }) => length))).toBeLessThanOrEqual(2);
  }
  expect(shown).toHaveLength(110);
  expect(shown.slice(0, 2).every(({ authorId }) => authorId === loud[0]?.authorId)).toBe(true);
});

test("an author alone comes twice and no more", () => {
  expect(order(Array.from({ length: 5 }, () => post(1)))).toHaveLength(2);
});

test("languages that few write in keep their best, however many others are better", () => {
  const english = Array.from({ length: 100 }, (_, n) => post(n, { language: "en", heat: 100 }));
  const sorbian = Array.from({ length: 20 }, (_, n) =>
    post(200 + n, { language: n % 2 ? "hsb" : "hsb-DE", heat: n / 100 }),
  );
  const shown = order([...english, ...sorbian], { all: 50, language: 10 });
  expect(shown.filter(({ language }) => language.startsWith("hsb"))).toHaveLength(10);
  expect(shown.filter(({ language }) => language === "en")).toHaveLength(50);
});

test("a reading that goes on remembers whom it has shown last", () => {
  const recent = createRecent([]);
  const [a, b] = [post(1).authorId, post(2).authorId];
  for (const one of [a, b, a]) recent.add(one);
  const later = recentIn(recent.text());
  expect([later.full(a), later.full(b)]).toEqual([true, false]);
  for (let n = 0; n < 7; n++) later.add(post(10 + n).authorId);
  expect(later.full(a)).toBe(false);
  expect(recentIn("").full(a)).toBe(false);
});
