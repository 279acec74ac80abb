import { expect, test } from "vitest";
import { feedbackFactor } from "./feedback.ts";

test.each([
  [0, 1],
  [1, 1.5],
  [2, 2.25],
  [3, 3.375],
  [50, 3.375],
  [-1, 0.5],
  [-4, 0.0625],
  [-50, 0.0625],
])("a balance of %i multiplies by %d", (balance, factor) => {
  expect(feedbackFactor(balance)).toBe(factor);
});
