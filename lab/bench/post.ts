import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { BareJob } from "./bare-commit.ts";
import { inProcess, median, type Shape, startBenchGround } from "./ground.ts";
import type { Job, Outcome } from "./load.ts";
import { type Usage, usageOf, usedBetween } from "./usage.ts";

// Goal G3: creating a post through the gateway against a bare single-row commit on the same server, and how soon its event
// is applied elsewhere. `node lab/bench/post.ts [--shape one|split] [--rounds N] [--ms N] [--json]`
const { values } = parseArgs({
  options: {
    shape: { type: "string", default: "one" },
    rounds: { type: "string", default: "5" },
    ms: { type: "string", default: "5000" },
    json: { type: "boolean", default: false },
  },
});
const shape = values.shape as Shape;
const ms = Number(values.ms);
const WARM_MS = 10_000;
/** Nothing applied for so long: nothing is left. */
const QUIET_MS = 500;
const GOAL = { one: 0.2, pair: 0.2, split: 0.12 };

await using ground = await startBenchGround(shape);
const people = await ground.people(64);
const job: Job = {
  ...{
    url: ground.url,
    call: "post",
    tokens: people.map(({ token }) => token),
    targets: [],
    inFlight: 32,
    ms,
    rate: 0,
  },
  seed: 1,
};
const post = (more: Partial<Job>) => inProcess<Job, Outcome>("load.ts", { ...job, ...more });
const bare = () => inProcess<BareJob, Outcome>("bare-commit.ts", { url: ground.bare, ms, connections: 16 });
const say = (text: string) => process.stderr.write(`${text}\n`);

// A server that has just started still compiles what it will run: what its users meet later is measured.
await post({ ms: WARM_MS });
await bare();
const rounds: { post: Outcome; bare: Outcome; cpu: Usage }[] = [];
for (let round = 1; round <= Number(values.rounds); round++) {
  const limit = await bare();
  const spent = usageOf(ground.pids());
  const made = await post({ seed: round });
  const one = { bare: limit, post: made, cpu: usedBetween(spent, usageOf(ground.pids())) };
  rounds.push(one);
  say(
    `round ${round}: ${one.post.perSecond.toFixed(0)}/s of ${one.bare.perSecond.toFixed(0)}/s, p99 ${one.post.p99.toFixed(1)} ms`,
  );
}
const peak = median(rounds.map(({ post: { perSecond } }) => perSecond));
const before = await caughtUp(); // what the peak left behind is not of this load
const half = await post({ rate: peak / 2, ms: ms * 6 }); // what rarely holds events up is seldom in less
const after = await caughtUp();
const ratio = median(rounds.map(({ post: { perSecond }, bare: { perSecond: limit } }) => perSecond / limit));
const result = {
  name: `post.${shape}`,
  rounds: rounds.length,
  per_second: Math.round(peak),
  p50_ms: median(rounds.map(({ post: { p50 } }) => p50)),
  p99_ms: median(rounds.map(({ post: { p99 } }) => p99)),
  // Of the mesh, or of each service, and of the servers with all that they do for consumers.
  cpu_us_per_op: {
    ...cpuOf(),
    load: median(rounds.map(({ post: { cpuUs } }) => cpuUs)),
  },
  errors: rounds.reduce((sum, { post: { errors } }) => sum + errors, 0) + half.errors,
  anchor: {
    name: "bare single-row commit, 16 connections",
    per_second: Math.round(median(rounds.map(({ bare: { perSecond } }) => perSecond))),
  },
  ...{
    ratio,
    ratios: rounds.map((one) => one.post.perSecond / one.bare.perSecond),
    goal: GOAL[shape],
    pass: ratio >= GOAL[shape],
  },
  half_load: { per_second: Math.round(half.perSecond), p50_ms: half.p50, p99_ms: half.p99 },
  event_lag: share(before, after),
};
process.stdout.write(
  `${JSON.stringify(result, (_, value) => (typeof value === "number" ? Math.round(value * 1000) / 1000 : value), values.json ? 0 : 2)}\n`,
);

function cpuOf(): Record<string, number> {
  const names = Object.keys(rounds[0]?.cpu ?? {});
  return Object.fromEntries(
    names.map((name) => [name, median(rounds.map(({ cpu, post: { calls } }) => ((cpu[name] ?? 0) * 1e6) / calls))]),
  );
}

/** The same as lagOf, once consumers have applied what there is. */
async function caughtUp(): Promise<Map<string, number>> {
  for (let before = await lagOf(); ; ) {
    await sleep(QUIET_MS);
    const now = await lagOf();
    if ([...now].every(([labels, count]) => before.get(labels) === count)) return now;
    before = now;
  }
}

/** Buckets of the time from commit to effect, by consumer. */
async function lagOf(): Promise<Map<string, number>> {
  const text = await ground.metrics();
  const lines = text.matchAll(/^skein_event_lag_seconds_bucket\{([^}]*)\} (\d+)/gm);
  return new Map([...lines].map(([, labels = "", count]) => [labels, Number(count)]));
}

/** What share of the events between two looks was applied within 100 ms, by consumer. */
function share(first: ReadonlyMap<string, number>, last: ReadonlyMap<string, number>) {
  const found: Record<string, { events: number; within_100_ms: number }> = {};
  for (const [labels, count] of last) {
    const consumer = /consumer="([^"]+)"/.exec(labels)?.[1] ?? "";
    const service = /service="([^"]+)"/.exec(labels)?.[1] ?? "";
    const one = found[`${service} ${consumer}`] ?? { events: 0, within_100_ms: 0 };
    found[`${service} ${consumer}`] = one;
    const seen = count - (first.get(labels) ?? 0);
    if (labels.includes('le="+Inf"')) one.events = seen;
    if (labels.includes('le="0.1"')) one.within_100_ms = seen;
  }
  for (const one of Object.values(found)) one.within_100_ms = one.events === 0 ? 1 : one.within_100_ms / one.events;
  return found;
}
