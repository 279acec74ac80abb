import { TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Bench } from "../bench.ts";
import { compare, latencies } from "../compare.ts";
import { figureOf, type Goal, type Measured } from "../figure.ts";
import type { Work } from "../load/job.ts";
import { type Run, run, warmAnchor, warmUp } from "../run.ts";
import { townOf } from "../town/towns.ts";
import { costOf, stock, stockAt, tailMs } from "./anchors.ts";

export const PAGE = 50;

/** Goals G1 and G2: pages of 50 hydrated posts through the gateway. */
export async function* home(bench: Bench): AsyncGenerator<Measured> {
  const { shape } = bench.choice;
  const { readers } = await townOf(bench);
  const workOf = (mode: TimelineMode): Work => ({ kind: "home", people: readers, pageSize: PAGE, mode });
  const newest = workOf(TimelineMode.CHRONOLOGICAL);
  await warmAnchor(bench);
  await warmUp(bench, newest);
  const { anchor, runs: anchors } = stock(bench);
  const { measured, peak, runs } = await compare(bench, {
    ...{ name: `home.${shape}`, anchor },
    ...(shape === "one" && { goal: { least: 0.3 } }),
    reach: (round) => run(bench, { work: newest, seed: round }),
  });
  yield measured;
  yield costOf(`home.${shape}`, runs, anchors);
  yield* pageOf(`home.${shape}`, runs);
  const ranked = workOf(TimelineMode.RANKED);
  await warmUp(bench, ranked);
  yield (
    await compare(bench, {
      ...{ name: `home.${shape}.ranked`, anchor },
      reach: (round) => run(bench, { work: ranked, seed: round }),
    })
  ).measured;
  const alone = await run(bench, { work: newest, loop: { inFlight: 1 } });
  yield figureOf({
    ...{ name: `home.${shape}.c1`, unit: "ms", value: alone.p50, goal: { most: 3 } },
    ...latencies([alone]),
  });
  yield await halfLoad(bench, {
    name: `home.${shape}`,
    work: newest,
    peak,
    p50: measured.figure.p50_ms ?? 0,
    goal: { most: 5 },
  });
  yield await stockAt(bench, `home.${shape}.half`, peak / 2);
}

/** How much a page weighs, and whether it was full. */
function* pageOf(name: string, runs: readonly Run[]): Generator<Measured> {
  const tallies = runs.flatMap(({ tallies }) => Object.values(tallies));
  const sum = (of: (tally: (typeof tallies)[number]) => number) => tallies.reduce((so, one) => so + of(one), 0);
  yield figureOf({ name: `${name}.page`, unit: "bytes", value: sum(({ bytes }) => bytes) / sum(({ calls }) => calls) });
  const items =
    sum((one) => one.items) /
    Math.max(
      1,
      sum(({ opened }) => opened),
    );
  yield figureOf({ name: `${name}.items`, unit: "posts", value: items, goal: { least: PAGE } });
}

/**
 * At half of what it can do, called when due: the slowest in a hundred beside the middle. A machine that got slower meanwhile
 * makes all of them slow; so the middle counts as no more than it was at the peak.
 */
export async function halfLoad(
  bench: Bench,
  { name, work, peak, p50, goal }: { name: string; work: Work; peak: number; p50: number; goal?: Goal },
): Promise<Measured> {
  const half = await run(bench, { work, loop: { perSecond: peak / 2 }, ms: tailMs(bench) });
  return figureOf({
    ...{ name: `${name}.half`, unit: "ms p99", value: half.p99 },
    ...latencies([half]),
    anchor: { name: "p50, at most that of the peak", value: Math.min(half.p50, p50) },
    ratio: half.p99 / Math.min(half.p50, p50),
    ...(goal && { goal }),
  });
}
