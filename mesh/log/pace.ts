/** Rounds begin no sooner after one another, however little they take, and no later, however much they do. */
const PACE_MS = { least: 20, most: 40 };
/** Rounds may take this share of the time: most of what a round costs, it costs for a single event, too. */
const SHARE = 1 / 2;

/**
 * How long to rest after a round that took so long: what comes meanwhile shares the transaction of the next. Where somebody
 * waits the next comes sooner, but not so soon that rounds of single events take all there is. `least` is a consumer's own
 * pace; who has none goes behind another, whose rounds are its own.
 */
export function restAfter(tookMs: number, awaited: boolean, least: number = PACE_MS.least): number {
  if (least === 0) return 0;
  const fair = tookMs / SHARE;
  const most = Math.max(PACE_MS.most, least);
  const pace = awaited ? Math.min(PACE_MS.least, fair) : Math.min(most, Math.max(least, fair));
  return Math.max(0, pace - tookMs);
}
