import { TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import type { Bench } from "../bench.ts";
import type { Person } from "../load/job.ts";
import { addFollows, addLikes, addPeople, addPosts, settle, type Written } from "./fill.ts";
import { addWishes, eachCalls } from "./wishes.ts";

/** Readers whose homes are full, and those who write for them. */
export interface Town {
  readonly readers: readonly Person[];
  readonly authors: readonly Person[];
  /** Each of them has 200 followers among the readers. */
  readonly speakers: readonly Speaker[];
  readonly posts: readonly Written[];
}

/** Somebody with the people who follow. */
export interface Speaker {
  readonly person: Person;
  readonly followers: readonly Person[];
}

const FULL = { readers: 2_000, authors: 500, follows: 50, each: 100, speakers: 20, likes: 20 };
const QUICK = { readers: 400, authors: 100, follows: 40, each: 30, speakers: 10, likes: 10 };
export const FOLLOWERS = 200;

/** The town that most measures share: homes of 800 entries and more, each with something to be held against. */
export const townOf = (bench: Bench): Promise<Town> =>
  bench.once("town", async () => {
    const size = bench.choice.quick ? QUICK : FULL;
    const [authors, speakerPeople, strangers, readers] = [
      await addPeople(bench, "author", size.authors),
      await addPeople(bench, "speaker", size.speakers),
      await addPeople(bench, "stranger", 2),
      await addPeople(bench, "reader", size.readers),
    ];
    const speakers = speakerPeople.map((person, n) => ({
      person,
      followers: readers.map((_, at) => readers[(at + n * FOLLOWERS) % readers.length] as Person).slice(0, FOLLOWERS),
    }));
    await addFollows(bench, [
      ...readers.flatMap((reader, n) =>
        Array.from({ length: size.follows }, (_, k) => {
          return [reader, authors[(n * 7 + k * 11) % authors.length] as Person] as const;
        }),
      ),
      ...speakers.flatMap(({ person, followers }) => followers.map((follower) => [follower, person] as const)),
    ]);
    const posts = await addPosts(bench, authors, { each: size.each, name: "town" });
    await addLikes(bench, readers, posts, size.likes);
    await settle(bench);
    await addWishes(bench, readers, strangers);
    await settle(bench);
    await warm(bench, readers);
    return { readers, authors, speakers, posts };
  });

/** Accounts that do nothing but what a measure lets them do. */
export const crowdOf = (bench: Bench): Promise<readonly Person[]> =>
  bench.once("crowd", async () => {
    const made = await addPeople(bench, "crowd", 400);
    await settle(bench);
    return made;
  });

/** Reads each home once, so that all of them are hot. */
export async function warm(bench: Bench, readers: readonly Person[]): Promise<void> {
  const { listHomeTimeline } = TimelineService.method;
  const request = { pageSize: 50, mode: TimelineMode.CHRONOLOGICAL };
  await eachCalls(bench, readers, "homes", listHomeTimeline, () => request);
}
