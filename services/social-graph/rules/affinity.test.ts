import fc from "fast-check";
import { expect, test } from "vitest";
import { AffinityEvidence_Kind as Kind } from "#gen/skein/graph/v1/affinity_pb.ts";
import { affinityOf, decayed, type Ties, WORTH } from "./affinity.ts";

const DAY = 86_400_000;
const HALF_LIFE = 14 * DAY;
const now = new Date("2026-11-21T12:00:00Z");
const daysAgo = (days: number) => new Date(now.getTime() - days * DAY);
const none: Ties = {
  ...{ follows: false, followedBy: false, likes: 0, replies: 0, shares: 0, mentions: 0 },
  ...{ score: 0, scoredAt: now },
};
const scoreOf = (ties: Partial<Ties>) => affinityOf({ ...none, ...ties }, now, HALF_LIFE).score;

test.each<[string, Partial<Ties>, number]>([
  ["strangers", {}, 1],
  ["a follow", { follows: true }, 1.5],
  ["a follower", { followedBy: true }, 1.25],
  ["mutual follows", { follows: true, followedBy: true }, 1.75],
  ["20 points today", { likes: 20, score: 20 }, 1 + 2.25 * (1 - Math.exp(-1))],
  ["20 points a half-life ago", { likes: 20, score: 20, scoredAt: daysAgo(14) }, 1 + 2.25 * (1 - Math.exp(-0.5))],
  ["a like of long ago", { likes: 1, score: 1, scoredAt: daysAgo(3_000) }, 1],
])("%s", (_, ties, score) => {
  expect(scoreOf(ties)).toBeCloseTo(score, 12);
});

test("a score halves with each half-life, and a clock that goes back takes nothing", () => {
  expect([0, 14, 28, 42].map((days) => decayed(8, days * DAY, HALF_LIFE))).toEqual([8, 4, 2, 1]);
  expect(decayed(8, -DAY, HALF_LIFE)).toBe(8);
});

test("evidence comes strongest first, without what never happened", () => {
  const { evidence } = affinityOf({ ...none, follows: true, likes: 30, replies: 1, score: 33 }, now, HALF_LIFE);
  expect(evidence.map(({ kind, count }) => [kind, count])).toEqual([
    [Kind.LIKED, 30n],
    [Kind.FOLLOWS, 1n],
    [Kind.REPLIED, 1n],
  ]);
});

test("whatever happened, the score is between 1 and 4 and is what its evidence says", () => {
  const times = fc.nat({ max: 2_000_000_000 });
  const any = fc.record({
    ...{ follows: fc.boolean(), followedBy: fc.boolean() },
    ...{ likes: times, replies: times, shares: times, mentions: times },
    ...{ score: fc.double({ min: 0, max: 1e12, noNaN: true }), days: fc.integer({ min: -10, max: 100_000 }) },
  });
  fc.assert(
    fc.property(any, ({ days, ...ties }) => {
      const { score, evidence } = affinityOf({ ...ties, scoredAt: daysAgo(days) }, now, HALF_LIFE);
      expect(score).toBeGreaterThanOrEqual(1);
      expect(score).toBeLessThanOrEqual(4);
      expect(evidence.every(({ contribution }) => contribution >= 0)).toBe(true);
      expect(evidence.reduce((sum, { contribution }) => sum + contribution, 1)).toBeCloseTo(score, 9);
    }),
  );
});

test("a reply is worth more than a like", () => {
  expect(WORTH.replies).toBeGreaterThan(WORTH.likes);
});
