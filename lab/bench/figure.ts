import type { Counted } from "./load/histogram.ts";

/** One line of the bench, as performance.md has it. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  readonly errors: number;
  readonly cpu_us_per_op: Readonly<Record<string, number>>;
  readonly anchor: { readonly name: string; readonly value: number } | null;
  readonly ratio: number | null;
  readonly goal: number | null;
  readonly pass: boolean | null;
  readonly rounds: number;
}

/** A goal: the ratio, or without an anchor the value, is to be at least or at most so much. */
export type Goal = { readonly least: number } | { readonly most: number };

/** A figure with what a report shows of it. */
export interface Measured {
  readonly figure: Figure;
  readonly goal?: Goal;
  /** What each round gave. */
  readonly rounds: readonly Round[];
  /** Latencies, by what was called. */
  readonly curves: Readonly<Record<string, Counted>>;
}

export interface Round {
  readonly value: number;
  readonly anchor?: number;
}

/** What a figure is made from; whatever is left out was not measured. */
export interface Findings extends Pick<Figure, "name" | "unit" | "value"> {
  readonly p50?: number;
  readonly p99?: number;
  readonly errors?: number;
  readonly cpu?: Readonly<Record<string, number>>;
  readonly anchor?: { readonly name: string; readonly value: number };
  readonly ratio?: number;
  readonly goal?: Goal;
  readonly rounds?: readonly Round[];
  readonly curves?: Readonly<Record<string, Counted>>;
}

const rounded = (value: number): number => Number(value.toPrecision(Math.abs(value) >= 1_000 ? 6 : 4));

/** Makes a figure. A goal is about the ratio where there is one, and calls that failed reach none. */
export function figureOf(findings: Findings): Measured {
  const { name, unit, value, p50, p99, errors = 0, cpu = {}, anchor, ratio, goal, rounds = [], curves = {} } = findings;
  const judged = ratio ?? value;
  const reached = goal && ("least" in goal ? judged >= goal.least : judged <= goal.most);
  return {
    figure: {
      ...{ name, unit, value: rounded(value) },
      p50_ms: p50 === undefined ? null : rounded(p50),
      p99_ms: p99 === undefined ? null : rounded(p99),
      errors,
      cpu_us_per_op: Object.fromEntries(Object.entries(cpu).map(([who, us]) => [who, rounded(us)])),
      anchor: anchor ? { name: anchor.name, value: rounded(anchor.value) } : null,
      ratio: ratio === undefined ? null : rounded(ratio),
      goal: goal === undefined ? null : "least" in goal ? goal.least : goal.most,
      pass: reached === undefined ? null : reached && errors === 0,
      rounds: Math.max(1, rounds.length),
    },
    ...(goal && { goal }),
    rounds,
    curves,
  };
}

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]];
  return ((low ?? 0) + (high ?? 0)) / 2;
}
