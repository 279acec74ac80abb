import { setTimeout as sleep } from "node:timers/promises";
import { fromBinary } from "@bufbuild/protobuf";
import { TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { behindOf } from "../../../cli/demo/applied.ts";
import { everything } from "../../../main.ts";
import type { Bench } from "../bench.ts";
import { figureOf, type Measured, median } from "../figure.ts";
import { addPosts, settle, type Written } from "../town/fill.ts";
import { FOLLOWERS, type Town, townOf } from "../town/towns.ts";
import { eachCalls } from "../town/wishes.ts";
import { usageOf, usedBetween } from "../usage.ts";
import { ZADD } from "./anchors.ts";
import { fanoutAlone } from "./fanout-alone.ts";
import { PAGE } from "./home.ts";

const LOOK_EVERY_MS = 10;
const LOOKED_AT = 20;

/**
 * Goal G5 is about timeline alone; beside it the same in the whole mesh: many posts are committed at once, and it counts until
 * the last is in the home of its last follower, with everything that other services do about a post meanwhile.
 */
export async function* fanout(bench: Bench): AsyncGenerator<Measured> {
  const { quick, shape, seconds, rounds: many } = bench.choice;
  bench.say("fanout: timeline alone");
  yield await fanoutAlone(bench);
  const town = await townOf(bench);
  const [posts, timelines] = quick ? [500, 1_000] : [1_000, 5_000];
  const raw = () => bench.limits.run({ kind: "zadd", url: bench.ground.redis, timelines, ms: seconds * 1_000 });
  bench.say("fanout: filling sorted sets");
  await raw();
  await delivered(bench, town, posts, "warm-up");
  const rounds: Delivered[] = [];
  const limits: number[] = [];
  for (let round = 1; round <= many; round++) {
    bench.say(`fanout: round ${round} of ${many}`);
    limits.push(await raw());
    rounds.push(await delivered(bench, town, posts, `round ${round}`));
  }
  const figures = rounds.map(({ perSecond }, n) => ({ value: perSecond, anchor: limits[n] ?? 0 }));
  const who = Object.keys(rounds[0]?.cpu ?? {});
  yield figureOf({
    ...{ name: `fanout.${shape}`, unit: "deliveries/s", value: median(figures.map(({ value }) => value)) },
    anchor: { name: ZADD, value: median(limits) },
    ratio: median(figures.map(({ value, anchor }) => value / anchor)),
    cpu: Object.fromEntries(who.map((name) => [name, median(rounds.map(({ cpu }) => cpu[name] ?? 0))])),
    errors: rounds.reduce((sum, { missing }) => sum + missing, 0),
    rounds: figures,
  });
}

interface Delivered {
  readonly perSecond: number;
  readonly cpu: Readonly<Record<string, number>>;
  /** Places on first pages where one of the posts should be and is not. */
  readonly missing: number;
}

async function delivered(bench: Bench, { speakers }: Town, count: number, name: string): Promise<Delivered> {
  await settle(bench);
  const people = speakers.map(({ person }) => person);
  const before = usageOf(bench.ground.pids());
  const posts = await addPosts(bench, people, { each: count / people.length, name: `fanout ${name}`, overMs: 500 });
  const began = performance.now();
  while (await isBehind(bench)) await sleep(LOOK_EVERY_MS, undefined, { signal: bench.signal });
  const seconds = (performance.now() - began) / 1_000;
  const used = usedBetween(before, usageOf(bench.ground.pids()));
  const deliveries = posts.length * FOLLOWERS;
  const cpu = Object.entries(used).map(([who, s]) => [who, (s * 1e6) / deliveries] as const);
  const perSecond = deliveries / seconds;
  return { perSecond, cpu: Object.fromEntries(cpu), missing: await missing(bench, speakers, posts) };
}

async function isBehind({ stores }: Bench): Promise<boolean> {
  const behind = await behindOf(everything, stores);
  return behind.some(({ service, consumer }) => service === "timeline" && consumer === "deliver-posts");
}

/** Nothing newer than the posts was written, so the first pages of those who follow the speakers hold nothing else. */
async function missing(bench: Bench, speakers: Town["speakers"], posts: readonly Written[]): Promise<number> {
  const some = [...new Set(speakers.flatMap(({ followers }) => followers.slice(0, 3)))].slice(0, LOOKED_AT);
  const { listHomeTimeline } = TimelineService.method;
  const request = { pageSize: PAGE, mode: TimelineMode.CHRONOLOGICAL };
  const answers = await eachCalls(bench, some, "fanout: looking", listHomeTimeline, () => request);
  const ids = new Set(posts.map(({ id }) => id));
  const seen = answers.map(
    (body) => fromBinary(listHomeTimeline.output, body).items.filter(({ id }) => ids.has(id)).length,
  );
  return seen.reduce((sum, count) => sum + PAGE - count, 0);
}
