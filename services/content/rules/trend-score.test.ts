import { expect, test } from "vitest";
import { trendScore, type Use } from "./trend-score.ts";

const steady: Use = { heat: 10, repeats: 0, accounts: 10, usual: 10 };

test.each<[why: string, more: Use, less: Use]>([
  ["more accounts", { ...steady, heat: 11, accounts: 11 }, steady],
  ["a use that is nearer", { ...steady, heat: 10.5 }, steady],
  ["more above what is usual", { ...steady, usual: 5 }, steady],
  ["repetitions, all else equal", { ...steady, repeats: 1 }, steady],
  // One account that writes it a thousand times.
  [
    "one more account before any repetition",
    { ...steady, heat: 10.9, accounts: 11 },
    { ...steady, repeats: Math.log(1000) },
  ],
  [
    "a town that is up by half before three people",
    { heat: 150, repeats: 0, accounts: 150, usual: 100 },
    { heat: 3, repeats: 0, accounts: 3, usual: 0 },
  ],
  [
    "news before what is always there",
    { heat: 30, repeats: 0, accounts: 30, usual: 1 },
    { heat: 100, repeats: 0, accounts: 100, usual: 100 },
  ],
])("%s ranks higher", (_, more, less) => {
  expect(trendScore(more)).toBeGreaterThan(trendScore(less));
});

test("what nobody uses has no score", () => {
  expect(trendScore({ heat: 0, repeats: 0, accounts: 0, usual: 0 })).toBe(0);
});
