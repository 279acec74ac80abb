import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { chanceOf } from "../../faults/chance.ts";
import type { Bench } from "../bench.ts";
import { compare, latencies } from "../compare.ts";
import { figureOf, type Measured } from "../figure.ts";
import { percentile } from "../load/histogram.ts";
import type { Person, Work } from "../load/job.ts";
import { between } from "../load/words.ts";
import { type Run, run, warmAnchor, warmUp } from "../run.ts";
import { addFollows, addPeople, addPosts, settle } from "../town/fill.ts";
import { type Graph, makeGraph, readGraph } from "../town/graph.ts";
import { warm } from "../town/towns.ts";
import { eachCalls } from "../town/wishes.ts";
import { costOf, stock } from "./anchors.ts";
import { lagFindings, lagsOf } from "./freshness.ts";

const DEEPEST = 99;
/** Of a person in a graph that is made; Reed98 has 20 as well. */
const FRIENDS = 20;
/** Posts that are followed to every follower: few, for looking costs the mesh more than posting. */
const LOOKED_AT_A_SECOND = 1;
/** Seldom: forty followers who look are a load of their own, and a lag is told too long by half of this at most. */
const LOOK_EVERY_MS = 100;

/** Goal G14: what social networks' best known micro-benchmark does, on a real graph. */
export async function* mix(bench: Bench): AsyncGenerator<Measured> {
  const name = `mix.${bench.choice.shape}`;
  const { people, followersOf } = await peopleOf(bench);
  const work: Work = { kind: "mix", people, cursors: await cursorsOf(bench, people) };
  await warmAnchor(bench);
  await warmUp(bench, work);
  const { anchor, runs: anchors } = stock(bench);
  const { measured, peak, runs } = await compare(bench, {
    ...{ name, goal: { least: 0.35 } },
    anchor,
    reach: (round) => run(bench, { work, seed: round }),
  });
  yield { ...measured, curves: byPart(runs) };
  yield costOf(name, runs, anchors);
  for (const percent of [25, 50, 75]) yield* atLoad(bench, `${name}.at${percent}`, work, (peak * percent) / 100);

  bench.say("mix: freshness at half of the peak");
  const ms = bench.choice.seconds * 5_000;
  const chance = chanceOf(14);
  const choose = () => {
    const place = Math.floor(chance() * people.length);
    return { person: people[place] as Person, followers: followersOf[place] ?? [] };
  };
  const [half, { lags, missed }] = await Promise.all([
    run(bench, { work, loop: { perSecond: peak / 2 }, ms, seed: 50 }),
    lagsOf(bench, choose, { perSecond: LOOKED_AT_A_SECOND, ms: ms - 500, everyMs: LOOK_EVERY_MS }),
  ]);
  yield figureOf({
    ...{ name: `${name}.freshness`, unit: "ms p99", value: percentile(lags, 0.99), goal: { most: 500 } },
    ...lagFindings(lags, missed + half.errors),
  });
}

/** Latencies at a part of the peak, each call counted from when it was due. */
async function* atLoad(bench: Bench, name: string, work: Work, perSecond: number): AsyncGenerator<Measured> {
  bench.say(name);
  const made = await run(bench, { work, loop: { perSecond }, ms: bench.choice.seconds * 2_000, seed: 25 });
  const found = { ...latencies([made]), curves: byPart([made]) };
  yield figureOf({ name, unit: "1/s", value: made.perSecond, ...found });
  yield figureOf({ name: `${name}.p999`, unit: "ms", value: percentile(made.durations, 0.999), errors: made.errors });
}

/** What came of homes, of accounts and of posts, apart. */
const byPart = (runs: readonly Run[]) =>
  Object.fromEntries(Object.entries(runs.at(-1)?.tallies ?? {}).map(([part, { durations }]) => [part, durations]));

/** The people of the graph, who wrote something already, and who follows whom. */
async function peopleOf(bench: Bench): Promise<{ people: Person[]; followersOf: readonly (readonly Person[])[] }> {
  const graph = graphOf(bench);
  const people = await addPeople(bench, "reed", graph.people);
  const at = (place: number) => people[place] as Person;
  const follows = graph.edges.flatMap(([a, b]) => [[at(a), at(b)] as const, [at(b), at(a)] as const]);
  await addFollows(bench, follows);
  await addPosts(bench, people, { each: bench.choice.quick ? 5 : 20, name: "mix" });
  await settle(bench);
  await warm(bench, people);
  const followersOf = people.map((): Person[] => []);
  for (const [a, b] of graph.edges) {
    followersOf[a]?.push(at(b));
    followersOf[b]?.push(at(a));
  }
  return { people, followersOf };
}

function graphOf({ choice }: Bench): Graph {
  if (choice.synthetic) return makeGraph(choice.synthetic, FRIENDS, chanceOf(98));
  return readGraph(readFileSync(choice.graph ?? join(import.meta.dirname, "../../data/socfb-Reed98.edges"), "utf8"));
}

/**
 * Page tokens at random depths below a hundred, the first page among them, got beforehand: reading one page that ends
 * there brings the token that goes on.
 */
async function cursorsOf(bench: Bench, people: readonly Person[]): Promise<string[][]> {
  const { listHomeTimeline } = TimelineService.method;
  const chance = chanceOf(60);
  const cursors = people.map((): string[] => []);
  for (let drawn = 1; drawn <= (bench.choice.quick ? 2 : 5); drawn++) {
    const depths = people.map(() => between(0, DEEPEST, chance));
    const deep = people.filter((_, place) => (depths[place] ?? 0) > 0);
    const depthOf = new Map(people.map((person, place) => [person, depths[place] ?? 0]));
    const answers = await eachCalls(bench, deep, "page tokens", listHomeTimeline, (person) => {
      return { pageSize: depthOf.get(person) ?? 0, mode: TimelineMode.CHRONOLOGICAL };
    });
    const tokens = new Map(deep.map((one, n) => [one, fromBinary(listHomeTimeline.output, answers[n] as Buffer)]));
    for (const [place, person] of people.entries()) cursors[place]?.push(tokens.get(person)?.nextPageToken ?? "");
  }
  return cursors;
}
