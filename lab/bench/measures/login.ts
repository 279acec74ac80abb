import { availableParallelism } from "node:os";
import { TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Bench } from "../bench.ts";
import { compare, latencies } from "../compare.ts";
import { figureOf, type Measured } from "../figure.ts";
import type { Job, Outcome, Work } from "../load/job.ts";
import { run } from "../run.ts";
import { PASSWORD } from "../town/fill.ts";
import { crowdOf, townOf } from "../town/towns.ts";
import { startWorker } from "../worker.ts";
import { HASH } from "./anchors.ts";

/** So many people wait for their session at once. */
const AT_ONCE = 16;
const READS_A_SECOND = 50;

/** Goal G9: signing in beside the bare hash, and what everybody else feels of a storm of it. */
export async function* login(bench: Bench): AsyncGenerator<Measured> {
  const { shape, seconds } = bench.choice;
  const crowd = await crowdOf(bench);
  const work: Work = { kind: "login", handles: crowd.map(({ handle }) => handle), password: PASSWORD };
  const loop = { inFlight: AT_ONCE };
  await run(bench, { work, loop, ms: 500 });
  const { measured } = await compare(bench, {
    ...{ name: `login.${shape}`, goal: { least: 0.9 } },
    anchor: {
      name: `${HASH}, ${availableParallelism()} at once`,
      reach: () => bench.limits.run({ kind: "hash", atOnce: availableParallelism(), ms: seconds * 1_000 }),
    },
    reach: (round) => run(bench, { work, loop, seed: round }),
  });
  yield measured;

  const { readers } = await townOf(bench);
  const reads: Work = { kind: "home", people: readers, pageSize: 10, mode: TimelineMode.CHRONOLOGICAL };
  const read = () => run(bench, { work: reads, loop: { perSecond: READS_A_SECOND }, ms: seconds * 2_000 });
  await read();
  const quiet = await read();
  await using storm = startWorker<Job, Outcome>("load/generator.ts");
  const stormed = storm.run({ url: bench.ground.url, work, loop, ms: seconds * 2_000 + 1_000, seed: 99 });
  const during = await read();
  await stormed;
  yield figureOf({
    ...{ name: `login.${shape}.others`, unit: "ms p99", value: during.p99 },
    ...latencies([during]),
    anchor: { name: "the same reads while nobody signs in", value: quiet.p99 },
    ...{ ratio: during.p99 / quiet.p99, goal: { most: 2 } },
    errors: quiet.errors + during.errors,
  });
}
