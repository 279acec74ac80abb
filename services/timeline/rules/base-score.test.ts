import { expect, test } from "vitest";
import { ageHours, baseScore, type Factors, type Signals, WINDOW_MS, windowOf } from "./base-score.ts";
import { FIRST_WEIGHTS } from "./ranking-config.ts";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 25, 12, 7, 3);
const post = (more: Partial<Signals> = {}): Signals => ({
  ...{ likes: 0, replies: 0, shares: 0, moderation: 0, createdMs: NOW },
  ...more,
});
const factors = (more: Partial<Factors>): Factors => ({
  likes: 0,
  replies: 0,
  shares: 0,
  age: 0,
  affinity: 0,
  ...more,
});

test.each<[string, Signals, Factors | undefined, number]>([
  ["a new one that nobody has seen", post(), undefined, 1 / 2 ** 1.8],
  [
    "likes, replies and shares weigh 1, 2.5 and 3",
    post({ likes: 12, replies: 2, shares: 1 }),
    undefined,
    21 / 2 ** 1.8,
  ],
  ["age counts by gravity", post({ createdMs: NOW - 4 * HOUR }), undefined, 1 / 6 ** 1.8],
  ["what is newer than the moment is new", post({ createdMs: NOW + 9 * HOUR }), undefined, 1 / 2 ** 1.8],
  ["moderation takes its share", post({ likes: 1, moderation: 0.25 }), undefined, (2 / 2 ** 1.8) * 0.75],
  [
    "a viewer's factors multiply weights",
    post({ likes: 10, shares: 2 }),
    factors({ likes: 2, shares: 0.5 }),
    24 / 2 ** 1.8,
  ],
  ["a factor of nought is none", post({ likes: 10 }), factors({}), 11 / 2 ** 1.8],
  ["and the exponent of age", post({ createdMs: NOW - 4 * HOUR }), factors({ age: 0.5 }), 1 / 6 ** 0.9],
])("%s", (_, signals, own, expected) => {
  expect(baseScore(signals, NOW, FIRST_WEIGHTS, own)).toBeCloseTo(expected, 12);
});

test("a window begins at each quarter of an hour, and the moment it begins is in it", () => {
  const begun = windowOf(NOW);
  expect(new Date(begun).toISOString()).toBe("2026-11-25T12:00:00.000Z");
  expect(windowOf(begun)).toBe(begun);
  expect(windowOf(begun + WINDOW_MS)).toBe(begun + WINDOW_MS);
  expect(ageHours(NOW - HOUR / 2, NOW)).toBe(0.5);
});
