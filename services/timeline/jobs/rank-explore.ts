import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { exploreOrder } from "../rules/explore-order.ts";
import { explorable, keepExplored } from "../store/explore.ts";
import { trendingTags } from "../store/windows.ts";

const HOUR_MS = 3_600_000;
const WINDOW = { ms: 24 * HOUR_MS, halfLifeMs: 6 * HOUR_MS };
/** Older posts are no discovery. */
const OLDEST_MS = 7 * 24 * HOUR_MS;
const TAGS = { least: 3, most: 20 };
const ROOM = { all: 1_000, language: 100 };
/** Longer than anybody pages through one order without a pause. */
const KEEP_MS = 20 * 60_000;

/** Works out every minute what is shown to everybody; readers of former orders go on with theirs. */
export const rankExplore: Job<Deps> = {
  name: "rank-explore",
  everyMs: 60_000,
  async run({ db, clock, ranking }, signal) {
    const now = clock.now();
    const window = { ...WINDOW, now };
    const tags = (await trendingTags(db, window, TAGS)).map(({ tag }) => tag);
    signal.throwIfAborted();
    const posts = await explorable(db, window, ranking.now, { sinceMs: now.getTime() - OLDEST_MS, tags });
    await keepExplored(db, exploreOrder(posts, now.getTime(), ranking.now, ROOM), now, KEEP_MS);
  },
};
