import { table } from "../../../cli/terminal/table.ts";
import type { Measured } from "../figure.ts";

const number = (value: number | null | undefined): string =>
  value === null || value === undefined ? "" : value.toLocaleString("en", { maximumSignificantDigits: 4 });

/** Figures as people read them, one below the other. */
export const tableOf = (all: readonly Measured[]): string[] => table(tableOfCells(all));

/** The same, each cell by itself; the first row says what the columns are. */
export function tableOfCells(all: readonly Measured[]): string[][] {
  const head = ["measure", "value", "unit", "p50 ms", "p99 ms", "errors", "ratio", "goal", "", "beside which"];
  const rows = all.map(({ figure, goal }) => [
    figure.name,
    number(figure.value),
    figure.unit,
    number(figure.p50_ms),
    number(figure.p99_ms),
    figure.errors === 0 ? "0" : String(figure.errors),
    number(figure.ratio),
    goalWords(goal),
    figure.pass === null ? "" : figure.pass ? "met" : "MISSED",
    figure.anchor ? `${figure.anchor.name}: ${number(figure.anchor.value)}` : "",
  ]);
  return [head, ...rows];
}

/** "≥ 0.3", "≤ 50", or nothing. */
export const goalWords = (goal: Measured["goal"]): string =>
  goal === undefined ? "" : "least" in goal ? `≥ ${number(goal.least)}` : `≤ ${number(goal.most)}`;
