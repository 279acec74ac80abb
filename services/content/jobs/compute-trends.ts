import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { type Span, trendScore, WINDOWS } from "../rules/trend-score.ts";
import { foldHours, replaceTrends, type UsedTag, usedByHours, usedExactly } from "../store/trends.ts";

/** The hours that are counted again each time: those that a window of a day looks at. */
const RECENT_MS = 25 * 3_600_000;

/** Answers anew, every minute, what trends in each window. */
export const computeTrends: Job<Deps> = {
  name: "compute-trends",
  everyMs: 60_000,
  async run({ db, clock, config }, signal) {
    const now = clock.now();
    await foldHours(db, new Date(now.getTime() - RECENT_MS));
    for (const span of ["HOUR", "DAY", "WEEK"] as const) {
      signal.throwIfAborted();
      const window = { ...WINDOWS[span], now, least: config.trendMinAccounts };
      const used = await (span === "WEEK" ? usedByHours : usedExactly)(db.query, window);
      const trending = used.map(({ tag, posts, accounts, ...use }) => {
        const compared = comparedWith(span, { accounts, ...use });
        return { tag, posts, accounts, score: trendScore({ ...use, ...compared }) };
      });
      await replaceTrends(db, span, trending, now);
    }
  },
};

function comparedWith(span: Span, { accounts, hourly, before }: Pick<UsedTag, "accounts" | "hourly" | "before">) {
  const { ms, beforeMs } = WINDOWS[span];
  // Hours are too coarse to say what happened within the last one.
  return { accounts: span === "HOUR" ? Number(accounts) : hourly, usual: (before * ms) / beforeMs };
}
