import type { Bench } from "../bench.ts";
import { type Comparison, latencies } from "../compare.ts";
import { figureOf, type Measured, median } from "../figure.ts";
import { anchorRun, type Run } from "../run.ts";

/** The names of what figures stand beside. */
export const ANCHOR = "empty method of stock connect-node, h2c, c32";
export const COMMIT = "bare single-row commit, 16 connections";
export const ZADD = "raw ZADD + ZREMRANGEBYRANK, pipelined";
export const HASH = "bare Argon2id verify";

/** Commits of one row by the driver alone, in a second. */
export const commitsOf = ({ limits, ground, choice }: Bench): Promise<number> =>
  limits.run({ kind: "commit", url: ground.bare, connections: 16, ms: choice.seconds * 1_000 });

/** The stock server as the other side of a comparison, and what calling it cost. */
export function stock(bench: Bench): { anchor: Comparison["anchor"]; runs: Run[] } {
  const runs: Run[] = [];
  const reach = async (round: number) => {
    const made = await anchorRun(bench, { seed: round });
    runs.push(made);
    return made.perSecond;
  };
  return { anchor: { name: ANCHOR, reach }, runs };
}

/** What a call costs all processes but the generator, beside the stock server's: the steadiest figure on a busy machine. */
export function costOf(name: string, runs: readonly Run[], anchors: readonly Run[]): Measured {
  const costs = runs.map(({ cpu: { load: _, ...cpu } }, n) => ({
    value: Object.values(cpu).reduce((sum, us) => sum + us, 0),
    anchor: anchors[n]?.cpu.anchor ?? 0,
  }));
  return figureOf({
    ...{ name: `${name}.cost`, unit: "us of CPU", value: median(costs.map(({ value }) => value)) },
    cpu: latencies(runs).cpu,
    anchor: { name: `${ANCHOR}, us of CPU`, value: median(costs.map(({ anchor }) => anchor)) },
    ratio: median(costs.map(({ value, anchor }) => value / Math.max(anchor, 1e-9))),
    rounds: costs,
  });
}
