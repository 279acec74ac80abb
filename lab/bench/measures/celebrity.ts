import { chanceOf } from "../../faults/chance.ts";
import type { Bench } from "../bench.ts";
import { latencies } from "../compare.ts";
import { figureOf, type Measured, median } from "../figure.ts";
import { percentile } from "../load/histogram.ts";
import type { Person } from "../load/job.ts";
import { pick } from "../load/words.ts";
import { type Run, run } from "../run.ts";
import { giveFollowers } from "../town/celebrity.ts";
import { addFollows, addPeople, settle } from "../town/fill.ts";
import { townOf, warm } from "../town/towns.ts";
import { lagFindings, lagsOf } from "./freshness.ts";

const POSTS_A_SECOND = 20;
const LOOKED_AT_A_SECOND = 5;
const FANS = 50;

/** An account with very many followers posts: that takes no longer than anybody's post, and followers read it at once. */
export async function* celebrity(bench: Bench): AsyncGenerator<Measured> {
  const { quick, shape, seconds, rounds } = bench.choice;
  const followers = quick ? 100_000 : 1_000_000;
  const { readers } = await townOf(bench);
  const [star, anybody] = (await addPeople(bench, "star", 2)) as [Person, Person];
  const fans = readers.slice(0, FANS);
  await addFollows(bench, [...fans.map((fan) => [fan, star] as const), ...fans.map((fan) => [fan, anybody] as const)]);
  await settle(bench);
  await giveFollowers(bench, star, followers);
  await settle(bench);
  await warm(bench, fans);

  const posts = (who: Person, seed: number) =>
    run(bench, {
      work: { kind: "post", people: [who] },
      loop: { perSecond: POSTS_A_SECOND },
      ms: seconds * 2_000,
      seed,
    });
  const runs = { star: [] as Run[], anybody: [] as Run[] };
  for (let round = 0; round <= rounds; round++) {
    bench.say(`celebrity: round ${round} of ${rounds}`);
    const pair = [await posts(anybody, round), await posts(star, round)] as const;
    if (round > 0)
      [runs.anybody, runs.star] = [
        [...runs.anybody, pair[0]],
        [...runs.star, pair[1]],
      ]; // the first warms up
  }
  const name = `celebrity.${shape}`;
  const both = runs.star.map((made, n) => ({ value: made.p99, anchor: runs.anybody[n]?.p99 ?? 0 }));
  const found = latencies(runs.star);
  yield figureOf({
    ...{ name, unit: "ms p99", value: median(both.map(({ value }) => value)) },
    ...found,
    anchor: { name: `p99 of an account with ${FANS} followers`, value: median(both.map(({ anchor }) => anchor)) },
    ...{ ratio: median(both.map(({ value, anchor }) => value / anchor)), goal: { most: 1.5 } },
    errors: found.errors + runs.anybody.reduce((sum, { errors }) => sum + errors, 0),
    rounds: both,
  });
  await settle(bench);
  const chance = chanceOf(1_000_000);
  const choose = () => ({ person: star, followers: [pick(fans, chance)] });
  const { lags, missed } = await lagsOf(bench, choose, { perSecond: LOOKED_AT_A_SECOND, ms: seconds * 3_000 });
  const about = { unit: "ms p99", value: percentile(lags, 0.99), goal: { most: 250 } } as const;
  yield figureOf({ ...about, name: `${name}.visible`, ...lagFindings(lags, missed) });
  yield figureOf({ name: `${name}.followers`, unit: "accounts", value: followers + FANS });
}
