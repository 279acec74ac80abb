import { expect, test } from "vitest";
import { ActivityTier } from "#gen/skein/graph/v1/counts_pb.ts";
import { ALL_TIERS, spanOf } from "./activity-tier.ts";

const DAY = 86_400_000;
const at = new Date("2026-11-21T12:00:00Z");
const { ACTIVE, OCCASIONAL, DORMANT } = ActivityTier;
const bounds = { activeFor: 7 * DAY, occasionalFor: 30 * DAY };

/** The tiers in whose span somebody lies who was seen so long ago. */
const tiersOf = (agoMs: number, given = bounds) =>
  ALL_TIERS.filter((tier) => {
    const { since, before } = spanOf(tier, at, given);
    const seen = at.getTime() - agoMs;
    return (since === null || seen >= since.getTime()) && (before === null || seen < before.getTime());
  });

test.each([
  [-DAY, ACTIVE], // seen after the moment that counts
  [0, ACTIVE],
  [7 * DAY, ACTIVE],
  [7 * DAY + 1, OCCASIONAL],
  [30 * DAY, OCCASIONAL],
  [30 * DAY + 1, DORMANT],
  [10_000 * DAY, DORMANT],
])("seen %i ms ago is tier %i and no other", (ago, tier) => {
  expect(tiersOf(ago)).toEqual([tier]);
});

test("an operator who has occasional end before active leaves nobody out and nobody twice", () => {
  const odd = { activeFor: 30 * DAY, occasionalFor: 7 * DAY };
  expect([0, 10, 29, 31].map((days) => tiersOf(days * DAY, odd))).toEqual([[ACTIVE], [ACTIVE], [ACTIVE], [DORMANT]]);
});
