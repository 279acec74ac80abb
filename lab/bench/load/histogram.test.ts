import { expect, test } from "vitest";
import { chanceOf } from "../../faults/chance.ts";
import { countOf, createHistogram, merged, percentile } from "./histogram.ts";

const histogramOf = (durations: readonly number[]) => {
  const made = createHistogram();
  for (const ms of durations) made.record(ms);
  return made.counted();
};

test.each([0.001, 0.127, 0.128, 0.2551, 1, 3.7, 80, 999.9, 60_000, 1_800_000])("%d ms is known to 0.8 %%", (ms) => {
  const found = percentile(histogramOf([ms]), 0.5);
  expect(Math.abs(found - ms)).toBeLessThanOrEqual(Math.max(0.0005, ms * 0.008));
});

test("percentiles are those of the sorted list", () => {
  const chance = chanceOf(7);
  const all = Array.from({ length: 20_000 }, () => Math.exp(chance() * 9) / 10);
  const sorted = all.toSorted((a, b) => a - b);
  for (const share of [0, 0.25, 0.5, 0.9, 0.99, 0.999, 1]) {
    const exact = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
    expect(percentile(histogramOf(all), share) / exact).toBeCloseTo(1, 1.9);
  }
});

test("several make the same one as all their durations", () => {
  const [a, b] = [
    [1, 2, 3, 500],
    [2, 2, 0.1],
  ] as const;
  expect(merged([histogramOf(a), histogramOf(b)])).toEqual(histogramOf([...a, ...b]));
  expect(countOf(histogramOf(a))).toBe(4);
});

test("nothing counted, something absurdly long, and a clock that went backwards have answers too", () => {
  expect(percentile([], 0.99)).toBe(0);
  expect(percentile(histogramOf([1e12]), 1)).toBeGreaterThan(2_000_000);
  expect(percentile(histogramOf([-5]), 1)).toBe(0);
});
