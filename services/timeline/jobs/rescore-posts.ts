import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { windowOf } from "../rules/base-score.ts";
import { rescore } from "../scoring/rescore.ts";

/** Counts recent posts once for each quarter of an hour, as soon as it has begun. */
export const rescorePosts: Job<Deps> = {
  name: "rescore-posts",
  everyMs: 5_000,
  async run(deps, signal) {
    await deps.ranking.refresh();
    const counted = deps.ranking.round?.windowMs;
    if (counted === undefined || counted < windowOf(deps.clock.now().getTime())) await rescore(deps, signal);
  },
};
