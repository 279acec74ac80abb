import { chanceOf } from "../../faults/chance.ts";
import { type Answer, createCaller } from "./caller.ts";
import { callsOf, type Planned } from "./calls.ts";
import { createHistogram, type Histogram } from "./histogram.ts";
import type { Job, Outcome } from "./job.ts";
import { pace } from "./pace.ts";

// The load generator, a process of its own that does one job after the other: what the compiler has learned in the warm-up
// stays, and the anchor and what is compared with it are called by the same code.

/** One answer in so many is opened, to see that it holds what it should. */
const OPEN_EVERY = 32;

interface Row {
  calls: number;
  errors: number;
  bytes: number;
  opened: number;
  items: number;
  readonly durations: Histogram;
}

async function run({ url, work, loop, ms, seed }: Job): Promise<Outcome> {
  using caller = await createCaller(url);
  const next = callsOf(work, chanceOf(seed));
  const rows = new Map<string, Row>();
  const reasons: Record<string, number> = {};
  const rowOf = (kind: string): Row => {
    const row = rows.get(kind) ?? { calls: 0, errors: 0, bytes: 0, opened: 0, items: 0, durations: createHistogram() };
    rows.set(kind, row);
    return row;
  };
  const count = (call: Planned, answer: Answer, ms: number) => {
    const row = rowOf(call.kind);
    row.calls++;
    row.bytes += answer.bytes;
    row.durations.record(ms);
    if (!answer.ok) {
      row.errors++;
      const reason = reasonIn(answer.body);
      reasons[reason] = (reasons[reason] ?? 0) + 1;
    } else if (answer.body && call.items) {
      row.opened++;
      row.items += call.items(answer.body);
    }
  };
  let calls = 0;
  const cpu = process.cpuUsage();
  const began = performance.now();
  await pace(loop, ms, async (due) => {
    const call = next();
    const answer = await caller.call(call, call.items !== undefined && calls++ % OPEN_EVERY === 0);
    count(call, answer, performance.now() - due);
  });
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const tallies = [...rows].map(([kind, row]) => [kind, { ...row, durations: row.durations.counted() }] as const);
  return { seconds, tallies: Object.fromEntries(tallies), reasons, cpu: (user + system) / 1e6 };
}

/** What a refusal says in the Connect protocol. */
function reasonIn(body: Buffer | undefined): string {
  try {
    const { code, message } = JSON.parse(String(body)) as { code?: string; message?: string };
    return `${code}: ${message}`;
  } catch {
    return "the connection was cut";
  }
}

process.on("message", (job: Job) => {
  run(job).then(
    (outcome) => process.send?.({ answer: outcome }),
    (error: unknown) => process.send?.({ failure: error instanceof Error ? error.stack : String(error) }),
  );
});
process.once("disconnect", () => process.exit());
