import { chanceOf } from "../../faults/chance.ts";
import type { Bench } from "../bench.ts";
import { type Findings, figureOf, type Measured } from "../figure.ts";
import { createCaller } from "../load/caller.ts";
import { type Counted, createHistogram, percentile } from "../load/histogram.ts";
import type { Person } from "../load/job.ts";
import { pace } from "../load/pace.ts";
import { pick } from "../load/words.ts";
import { postAndLook } from "../probe.ts";
import { FOLLOWERS, townOf } from "../town/towns.ts";
import { usageOf, usedBetween } from "../usage.ts";

const POSTS_A_SECOND = 50;

/** Goal G6: from the acknowledgement of a post to a read that shows it to a follower. */
export async function* freshness(bench: Bench): AsyncGenerator<Measured> {
  const { speakers } = await townOf(bench);
  const chance = chanceOf(6);
  const choose = () => {
    const { person, followers } = pick(speakers, chance);
    return { person, followers: [pick(followers, chance)] };
  };
  const perSecond = POSTS_A_SECOND;
  bench.say("freshness: warming up");
  await lagsOf(bench, choose, { perSecond, ms: 1_000 });
  bench.say(`freshness: ${perSecond} posts a second`);
  const ms = bench.choice.seconds * 3_000;
  const before = usageOf(bench.ground.pids());
  const { lags, missed } = await lagsOf(bench, choose, { perSecond, ms });
  const used = Object.entries(usedBetween(before, usageOf(bench.ground.pids())));
  // Of a post with everything that follows from it, deliveries and looking included.
  const cpu = Object.fromEntries(used.map(([who, s]) => [who, (s * 1e6) / ((perSecond * ms) / 1_000)]));
  const about = { unit: "ms", ...lagFindings(lags, missed), cpu };
  const name = `freshness.${bench.choice.shape}`;
  yield figureOf({ ...about, name, value: percentile(lags, 0.5), goal: { most: 50 } });
  yield figureOf({ ...about, name: `${name}.p99`, value: percentile(lags, 0.99), goal: { most: 250 } });
  yield figureOf({ name: `${name}.followers`, unit: "accounts", value: FOLLOWERS });
}

/** Lets people post at a rate, each seen by those who were chosen with them. */
export async function lagsOf(
  bench: Bench,
  choose: () => { person: Person; followers: readonly Person[] },
  { perSecond, ms, everyMs = 5 }: { perSecond: number; ms: number; everyMs?: number },
): Promise<{ lags: Counted; missed: number }> {
  using caller = await createCaller(bench.ground.url);
  const histogram = createHistogram();
  let missed = 0;
  await pace({ perSecond }, ms, async () => {
    const { person, followers } = choose();
    const seen = await postAndLook(caller, person, followers, everyMs);
    missed += seen.missed;
    for (const lag of seen.lagsMs) histogram.record(lag);
  });
  return { lags: histogram.counted(), missed };
}

/** What is told of lags in every figure about them. */
export const lagFindings = (lags: Counted, missed: number): Pick<Findings, "p50" | "p99" | "errors" | "curves"> => ({
  p50: percentile(lags, 0.5),
  p99: percentile(lags, 0.99),
  errors: missed,
  curves: { "acknowledged to seen": lags },
});
