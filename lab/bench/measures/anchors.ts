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

/** Runs at a rate are no shorter: a tail is made of what is seldom. */
export const tailMs = ({ choice }: Bench): number => Math.max(5_000, choice.seconds * 2_000);

/** The stock server called when due, as often as ours: what of a tail the machine makes for an empty method, too. */
export async function stockAt(bench: Bench, name: string, perSecond: number): Promise<Measured> {
  const made = await anchorRun(bench, { loop: { perSecond }, ms: tailMs(bench) });
  return figureOf({
    ...{ name: `${name}.stock`, unit: "ms p99", value: made.p99 },
    ...latencies([made]),
    anchor: { name: "its p50", value: made.p50 },
    ratio: made.p99 / made.p50,
  });
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
