import type { Bench } from "./bench.ts";
import { type Counted, countOf, merged, percentile } from "./load/histogram.ts";
import type { Outcome, Tally, Work } from "./load/job.ts";
import type { Loop } from "./load/pace.ts";
import { type Usage, usageOf, usedBetween } from "./usage.ts";

/** What came of calling something for a while. */
export interface Run {
  readonly calls: number;
  readonly errors: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly durations: Counted;
  /** Microseconds of a core for each call, by process. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly tallies: Readonly<Record<string, Tally>>;
}

/** How something is called. */
export interface Load {
  readonly work: Work;
  readonly loop?: Loop;
  readonly ms?: number;
  readonly seed?: number;
  /** The stock server instead of the gateway. */
  readonly stock?: boolean;
}

/** As many calls at once as performance.md asks for. */
export const C32: Loop = { inFlight: 32 };

const WARM_UP_MS = 3_000;

/** Calls something for a while. */
export async function run(bench: Bench, { work, loop = C32, ms, seed = 1, stock = false }: Load): Promise<Run> {
  bench.signal.throwIfAborted();
  const watched = stock ? { anchor: bench.anchor.pid } : bench.ground.pids();
  const before = usageOf(watched);
  const outcome = await bench.generator.run({
    ...{ url: stock ? bench.anchor.url : bench.ground.url, work, loop, seed },
    ms: ms ?? bench.choice.seconds * 1_000,
  });
  const made = runOf(outcome, usedBetween(before, usageOf(watched)));
  if (made.errors > 0) bench.say(`${made.errors} of ${made.calls} calls failed: ${reasonsOf(outcome)}\n`);
  return made;
}

/** Calls something for so long that the compiler has seen it often: what is measured next is what a mesh that runs can do. */
export const warmUp = (bench: Bench, work: Work): Promise<Run> =>
  run(bench, { work, ms: Math.max(WARM_UP_MS, bench.choice.seconds * 1_000), seed: 0 });

/** The empty method of the stock server, called in the same way. */
export const anchorRun = (bench: Bench, more: Partial<Load> = {}): Promise<Run> =>
  run(bench, { work: { kind: "empty" }, stock: true, ...more });

/** The stock server gets faster for so long: it is called less than the mesh, and what is compared with it must not profit from that. */
const ANCHOR_WARM_UP_MS = 8_000;
const warmed = new WeakSet<Bench>();

/** Calls the stock server for so long, once in a bench. */
export async function warmAnchor(bench: Bench): Promise<void> {
  if (warmed.has(bench)) return;
  warmed.add(bench);
  await anchorRun(bench, { ms: ANCHOR_WARM_UP_MS, seed: 0 });
}

/** A figure from what the generator counted and what the processes used. */
export function runOf({ seconds, tallies, cpu: load }: Outcome, used: Usage): Run {
  const all = Object.values(tallies);
  const durations = merged(all.map((tally) => tally.durations));
  const calls = countOf(durations);
  const perCall = Object.entries({ ...used, load }).map(([who, s]) => [who, (s * 1e6) / Math.max(1, calls)] as const);
  return {
    calls,
    errors: all.reduce((sum, { errors }) => sum + errors, 0),
    perSecond: calls / seconds,
    p50: percentile(durations, 0.5),
    p99: percentile(durations, 0.99),
    durations,
    cpu: Object.fromEntries(perCall),
    tallies,
  };
}

const reasonsOf = ({ reasons }: Outcome): string =>
  Object.entries(reasons)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([reason, count]) => `${reason} (${count})`)
    .join(", ");
