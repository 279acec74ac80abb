import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { dropHours, foldHours } from "../store/trends.ts";

const DAY_MS = 86_400_000;

/** Counts the hours of a whole week again: of accounts that went or were locked since, and of what nobody recounts each minute. */
export const recountHashtagHours: Job<Deps> = {
  name: "recount-hashtag-hours",
  everyMs: 3_600_000,
  async run({ db, clock }) {
    const now = clock.now().getTime();
    await foldHours(db, new Date(now - 8 * DAY_MS));
    await dropHours(db.query, new Date(now - 15 * DAY_MS));
  },
};
