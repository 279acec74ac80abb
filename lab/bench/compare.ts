import type { Bench } from "./bench.ts";
import { type Findings, figureOf, type Goal, type Measured, median, type Round } from "./figure.ts";
import { merged } from "./load/histogram.ts";
import type { Run } from "./run.ts";

/** Something and its limit, measured in turns. */
export interface Comparison {
  readonly name: string;
  readonly unit?: string;
  readonly goal?: Goal;
  readonly anchor: { readonly name: string; readonly reach: (round: number) => Promise<number> };
  readonly reach: (round: number) => Promise<Run>;
}

/** What a comparison found besides its figure. */
export interface Compared {
  readonly measured: Measured;
  /** The middle throughput of all rounds. */
  readonly peak: number;
  readonly runs: readonly Run[];
}

/**
 * Measures something and its limit, one right after the other, several times; the ratio is the middle of the rounds' ratios,
 * so that a machine that is slower for a while is so for both sides.
 */
export async function compare(bench: Bench, comparison: Comparison): Promise<Compared> {
  const { name, unit = "1/s", goal, anchor } = comparison;
  const runs: Run[] = [];
  const rounds: Required<Round>[] = [];
  for (let round = 1; round <= bench.choice.rounds; round++) {
    bench.say(`${name}: round ${round} of ${bench.choice.rounds}`);
    const limit = await anchor.reach(round);
    const run = await comparison.reach(round);
    runs.push(run);
    rounds.push({ value: run.perSecond, anchor: limit });
  }
  const peak = median(rounds.map(({ value }) => value));
  const measured = figureOf({
    ...{ name, unit, value: peak },
    ...latencies(runs),
    anchor: { name: anchor.name, value: median(rounds.map((one) => one.anchor)) },
    ratio: median(rounds.map((one) => one.value / one.anchor)),
    ...(goal && { goal }),
    rounds,
  });
  return { measured, peak, runs };
}

/** What several runs of the same have in common, as parts of a figure. */
export function latencies(runs: readonly Run[]): Required<Pick<Findings, "p50" | "p99" | "errors" | "cpu" | "curves">> {
  const who = Object.keys(runs[0]?.cpu ?? {});
  return {
    p50: median(runs.map(({ p50 }) => p50)),
    p99: median(runs.map(({ p99 }) => p99)),
    errors: runs.reduce((sum, { errors }) => sum + errors, 0),
    cpu: Object.fromEntries(who.map((name) => [name, median(runs.map(({ cpu }) => cpu[name] ?? 0))])),
    curves: { all: merged(runs.map(({ durations }) => durations)) },
  };
}
