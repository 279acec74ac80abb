import { TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Bench } from "../bench.ts";
import { latencies } from "../compare.ts";
import { figureOf, type Goal, type Measured, median } from "../figure.ts";
import type { Person } from "../load/job.ts";
import { type Run, run } from "../run.ts";
import { addFollows, addPeople, addPosts, settle } from "../town/fill.ts";
import { townOf, warm } from "../town/towns.ts";
import { PAGE } from "./home.ts";

const FEW = 50;
const MANY = 5_000;
const GROUP = { full: 20, quick: 4 };

/** Pages of those who follow 50, those who follow 5,000, and those whose 50 rarely write: one after the other, in turns. */
export async function* followees(bench: Bench): AsyncGenerator<Measured> {
  const { authors } = await townOf(bench);
  const size = bench.choice.quick ? GROUP.quick : GROUP.full;
  const masses = await addPeople(bench, "mass", MANY - FEW);
  const groups = {
    few: await addPeople(bench, "few", size),
    many: await addPeople(bench, "many", size),
    rare: await addPeople(bench, "rare", size),
  };
  const busy = authors.slice(0, FEW);
  const pairs = (who: readonly Person[], whom: readonly Person[]) =>
    who.flatMap((one) => whom.map((other) => [one, other] as const));
  await addFollows(bench, [
    ...pairs([...groups.few, ...groups.many], busy),
    ...pairs(groups.many, masses),
    ...pairs(groups.rare, masses.slice(0, FEW)),
  ]);
  await addPosts(bench, masses, { each: 1, name: "mass" });
  await settle(bench);
  await warm(bench, Object.values(groups).flat());

  const runs = { few: [] as Run[], many: [] as Run[], rare: [] as Run[] };
  for (let round = 0; round <= bench.choice.rounds; round++) {
    for (const name of ["few", "many", "rare"] as const) {
      bench.say(`followees: ${name}, round ${round}`);
      const work = { kind: "home", people: groups[name], pageSize: PAGE, mode: TimelineMode.CHRONOLOGICAL } as const;
      const made = await run(bench, { work, loop: { inFlight: 1 }, seed: round });
      if (round > 0) runs[name].push(made); // the first warms up
    }
  }
  const few = median(runs.few.map(({ p50 }) => p50));
  const beside = (name: "many" | "rare", goal?: Goal) =>
    figureOf({
      ...{
        name: `followees.${bench.choice.shape}.${name}`,
        unit: "ms p50",
        value: median(runs[name].map((r) => r.p50)),
      },
      ...latencies(runs[name]),
      anchor: { name: `p50 of those who follow ${FEW}`, value: few },
      ratio: median(runs[name].map((made, n) => made.p50 / (runs.few[n]?.p50 ?? few))),
      ...(goal && { goal }),
      rounds: runs[name].map(({ p50 }, n) => ({ value: p50, anchor: runs.few[n]?.p50 ?? few })),
    });
  yield beside("many", { most: 2 });
  yield beside("rare", { most: 1.2 });
}
