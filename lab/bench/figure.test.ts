import { expect, test } from "vitest";
import { type Findings, figureOf, median } from "./figure.ts";

const findings: Findings = { name: "home.one", unit: "1/s", value: 1_234.5678, ratio: 0.3 };
const passOf = (more: Partial<Findings>) => figureOf({ ...findings, ...more }).figure.pass;

test("a line has the members that performance.md names, in that order, also those that were not measured", () => {
  const { figure } = figureOf({
    ...findings,
    ...{ p50: 3.33333, p99: 20, cpu: { mesh: 512.3456 }, anchor: { name: "stock", value: 4_000 } },
    ...{ goal: { least: 0.3 }, rounds: [{ value: 1 }, { value: 2 }, { value: 3 }] },
  });
  expect(JSON.stringify(figure)).toBe(
    '{"name":"home.one","unit":"1/s","value":1234.57,"p50_ms":3.333,"p99_ms":20,"errors":0,"cpu_us_per_op":{"mesh":512.3},' +
      '"anchor":{"name":"stock","value":4000},"ratio":0.3,"goal":0.3,"pass":true,"rounds":3}',
  );
  expect(Object.keys(figureOf({ name: "a", unit: "ms", value: 1 }).figure)).toEqual(Object.keys(figure));
});

test.each<[Partial<Findings>, boolean | null]>([
  [{}, null],
  [{ goal: { least: 0.3 } }, true],
  [{ goal: { least: 0.31 } }, false],
  [{ goal: { most: 0.3 } }, true],
  [{ goal: { most: 0.29 } }, false],
  [{ goal: { least: 0.3 }, errors: 1 }, false],
])("%j passes: %j", (more, pass) => {
  expect(passOf(more)).toBe(pass);
});

test("without an anchor a goal is about the value", () => {
  expect(figureOf({ name: "a", unit: "ms", value: 40, goal: { most: 50 } }).figure.pass).toBe(true);
  expect(figureOf({ name: "a", unit: "ms", value: 60, goal: { most: 50 } }).figure.pass).toBe(false);
});

test("the middle of many, of two and of none", () => {
  expect([median([5, 1, 3]), median([1, 2]), median([])]).toEqual([3, 1.5, 0]);
});
