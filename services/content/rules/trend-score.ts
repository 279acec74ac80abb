/** How a hashtag was used inside a window, and before it. */
export interface Use {
  /** The accounts that used it, each counted for less the longer ago that was. */
  readonly heat: number;
  /** How often they used it again, each account's count on a logarithmic scale. */
  readonly repeats: number;
  /** Accounts in the window, and in a usual window before it. */
  readonly accounts: number;
  readonly usual: number;
}

/** What using a tag again counts for, beside another account that uses it. */
const REPETITION = 0.1;
/** So many accounts more or less are no news: it keeps three people from trending over a whole town. */
const NOISE = 5;

/** What hashtags are sorted by: how many accounts use it now, and how much that is above what is usual. */
export const trendScore = ({ heat, repeats, accounts, usual }: Use): number =>
  ((heat + REPETITION * repeats) * (accounts + NOISE)) / (usual + NOISE);

/** The windows: how far they look back, after what time a use counts half, and to what span before they are compared. */
export const WINDOWS = {
  HOUR: { ms: 3_600_000, halfLifeMs: 1_800_000, beforeMs: 24 * 3_600_000 },
  DAY: { ms: 24 * 3_600_000, halfLifeMs: 8 * 3_600_000, beforeMs: 6 * 24 * 3_600_000 },
  WEEK: { ms: 7 * 24 * 3_600_000, halfLifeMs: 2 * 24 * 3_600_000, beforeMs: 7 * 24 * 3_600_000 },
} as const;

/** The name of a window, as the database spells it. */
export type Span = keyof typeof WINDOWS;
