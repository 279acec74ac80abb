import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { dropPublished } from "../store/scheduled.ts";

const KEPT_MS = 7 * 86_400_000;

/** Forgets scheduled posts that were published a week ago; the posts themselves stay. */
export const sweepScheduled: Job<Deps> = {
  name: "sweep-scheduled",
  everyMs: 21_600_000,
  run: ({ db, clock }) => dropPublished(db.query, new Date(clock.now().getTime() - KEPT_MS)),
};
