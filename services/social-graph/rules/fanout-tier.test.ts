import { expect, test } from "vitest";
import { type Fanout, fanoutTier } from "./fanout-tier.ts";

const bounds = { fanoutThreshold: 10_000, fanoutHysteresis: 10 };

test.each<[Fanout, number, Fanout]>([
  ["PUSH", 0, "PUSH"],
  ["PUSH", 9_001, "PUSH"],
  ["PUSH", 9_999, "PUSH"],
  ["PUSH", 10_000, "PULL"],
  ["PULL", 1_000_000, "PULL"],
  ["PULL", 9_999, "PULL"],
  ["PULL", 9_001, "PULL"],
  ["PULL", 9_000, "PUSH"],
  ["PULL", -1, "PUSH"],
])("who was %s and has %i followers is %s", (before, followers, after) => {
  expect(fanoutTier(before, followers, bounds)).toBe(after);
});

test("without hysteresis there is one bound", () => {
  const sharp = { ...bounds, fanoutHysteresis: 0 };
  expect([10_000, 9_999].map((followers) => fanoutTier("PULL", followers, sharp))).toEqual(["PULL", "PUSH"]);
  expect([10_000, 9_999].map((followers) => fanoutTier("PUSH", followers, sharp))).toEqual(["PULL", "PUSH"]);
});

test("an account that goes up and down within the band changes once", () => {
  const walk = [9_990, 10_000, 9_500, 10_100, 9_100, 9_999];
  let tier: Fanout = "PUSH";
  const seen = walk.map((followers) => {
    tier = fanoutTier(tier, followers, bounds);
    return tier;
  });
  expect(seen).toEqual(["PUSH", "PULL", "PULL", "PULL", "PULL", "PULL"]);
});
