import type { Bench } from "../bench.ts";
import { compare } from "../compare.ts";
import type { Measured } from "../figure.ts";
import type { Work } from "../load/job.ts";
import { run, warmUp } from "../run.ts";
import { crowdOf } from "../town/towns.ts";
import { COMMIT, commitsOf } from "./anchors.ts";
import { halfLoad } from "./home.ts";

const GOAL = { one: 0.2, pair: 0.2, split: 0.12 };

/** Goal G3: posts, acknowledged after the commit, beside bare commits on the same server. */
export async function* post(bench: Bench): AsyncGenerator<Measured> {
  const { shape } = bench.choice;
  const work: Work = { kind: "post", people: await crowdOf(bench) };
  await warmUp(bench, work);
  await commitsOf(bench);
  const { measured, peak } = await compare(bench, {
    ...{ name: `post.${shape}`, goal: { least: GOAL[shape] } },
    anchor: { name: COMMIT, reach: () => commitsOf(bench) },
    reach: (round) => run(bench, { work, seed: round }),
  });
  yield measured;
  yield await halfLoad(bench, { name: `post.${shape}`, work, peak, p50: measured.figure.p50_ms ?? 0 });
}
