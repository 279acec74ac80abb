import { expect, test } from "vitest";
import { type Findings, figureOf } from "../figure.ts";
import { createHistogram } from "../load/histogram.ts";
import { goalsPlot } from "./goals-plot.ts";
import { latencyPlot } from "./latency-plot.ts";
import { page } from "./page.ts";
import { roundsPlot } from "./rounds-plot.ts";
import { decades, linearScale, logScale, steps } from "./svg.ts";
import { tableOf } from "./table.ts";

const durations = (count: number) => {
  const histogram = createHistogram();
  for (let n = 1; n <= count; n++) histogram.record(n / 10);
  return histogram.counted();
};
const made = (more: Partial<Findings> = {}) =>
  figureOf({
    ...{ name: "home.one", unit: "1/s", value: 1_000, ratio: 0.4, goal: { least: 0.3 } },
    anchor: { name: "stock <server>", value: 2_500 },
    rounds: [
      { value: 900, anchor: 2_400 },
      { value: 1_000, anchor: 2_500 },
      { value: 1_100, anchor: 2_600 },
    ],
    curves: { home: durations(2_000), user: durations(500) },
    ...more,
  });
const found = {
  ...{ began: "2026-11-21T12:00:00.000Z", choice: null, failed: [], cores: 2, node: "24.21.0" },
  figures: [made(), made({ name: "b", goal: { most: 0.1 } }), figureOf({ name: "c", unit: "ms", value: 3 })],
};

test("a page is whole: every drawing well formed, nothing from elsewhere, the raw figures in it", () => {
  const html = page(found);
  expect(html).not.toMatch(/NaN|Infinity|undefined|https?:\/\/|<script|<link/);
  expect(html).toContain("stock &lt;server&gt;");
  for (const tag of ["svg", "figure", "table", "section", "text", "details"])
    expect(html.match(new RegExp(`<${tag}[ >]`, "g"))?.length).toBe(html.match(new RegExp(`</${tag}>`, "g"))?.length);
  const raw = /<pre id="raw">([^<]*)<\/pre>/.exec(html)?.[1] ?? "";
  const plain = raw.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  expect(JSON.parse(plain)).toEqual(found.figures.map(({ figure }) => figure));
});

test("every figure with a goal has a bar, to the right of the goal where it is met", () => {
  const plot = goalsPlot(found.figures);
  expect([plot.match(/<rect class="met"/g)?.length, plot.match(/<rect class="missed"/g)?.length]).toEqual([1, 1]);
  const goal = Number(/class="goal" x1="([\d.]+)"/.exec(plot)?.[1]);
  const [met, missed] = [...plot.matchAll(/<rect class="\w+" x="([\d.]+)" y="\d+" width="([\d.]+)"/g)];
  expect(Number(met?.[1])).toBeCloseTo(goal);
  expect(Number(missed?.[1]) + Number(missed?.[2])).toBeCloseTo(goal);
  const none = figureOf({ name: "repaired", unit: "rows", value: 0, goal: { most: 0 } });
  expect(goalsPlot([none])).toMatch(/class="goal" x1="(\d+\.\d)"[\s\S]*<rect class="met" x="\1" y="\d+" width="2.0"/);
  expect(goalsPlot([])).toBe("");
});

test("latencies are drawn as far as there are enough of them", () => {
  const plot = latencyPlot("home", { home: durations(2_000), few: durations(5), user: durations(500) });
  expect(plot).toContain("p99.9<");
  expect(plot).not.toContain("p99.99<");
  expect(plot).not.toContain("few");
  expect(plot.match(/<polyline/g)).toHaveLength(2);
  expect(plot).toContain("home, p50: 100 ms");
  expect(latencyPlot("none", {})).toBe("");
});

test("rounds are drawn beside their limit, a single one is not", () => {
  const plot = roundsPlot(made());
  expect(plot.match(/<circle/g)).toHaveLength(6);
  expect(plot).toContain("home.one, round 3: 1,100");
  expect(roundsPlot(made({ rounds: [{ value: 1 }] }))).toBe("");
});

test("the table says what was met and what was missed", () => {
  const lines = tableOf(found.figures);
  expect(lines[1]).toMatch(/^home\.one +1,000 +1\/s .* 0\.4 +≥ 0\.3 +met +stock <server>: 2,500$/);
  expect(lines[2]).toMatch(/≤ 0\.1 +MISSED/);
});

test("axes have round values inside what they show", () => {
  expect(decades(0.3, 12)).toEqual([0.5, 1, 2, 5, 10]);
  expect(steps(1_180)).toEqual([0, 500, 1_000]);
  expect(steps(0.9)).toEqual([0, 0.5]);
  expect([logScale(1, 100, 0, 10)(10), logScale(1, 100, 0, 10)(0), linearScale(4, 10, 0)(1)]).toEqual([5, 0, 7.5]);
});
