import type { RankingConfig, WeightFactors } from "#gen/skein/timeline/v1/timeline_pb.ts";

/** What a post's base score is made of, as it was counted for a window. */
export interface Signals {
  readonly likes: number;
  readonly replies: number;
  readonly shares: number;
  /** 0 to 1. */
  readonly moderation: number;
  readonly createdMs: number;
}

/** The weights that a score is worked out with. */
export type Weights = Pick<RankingConfig, "version" | "likes" | "replies" | "shares" | "gravity" | "offsetHours">;

/** One viewer's word on the weights; 0 is read as 1. */
export type Factors = Pick<WeightFactors, "likes" | "replies" | "shares" | "age" | "affinity">;

/** Scores are worked out for the beginning of a window: within it a post keeps its score, and pages their order. */
export const WINDOW_MS = 15 * 60_000;

const HOUR_MS = 3_600_000;

/** The window that a moment lies in: its beginning. */
export const windowOf = (ms: number): number => ms - (ms % WINDOW_MS);

/** The age of a post in hours; what is newer than the moment is new. */
export const ageHours = (createdMs: number, atMs: number): number => Math.max(0, atMs - createdMs) / HOUR_MS;

/** A factor as it counts. */
export const factorOf = (factor: number | undefined): number => (factor ? factor : 1);

/** Whether a viewer wants anything other than what everybody gets from the base score. */
export const ownBase = (factors: Factors | undefined): factors is Factors =>
  factors !== undefined &&
  [factors.likes, factors.replies, factors.shares, factors.age].some((factor) => factorOf(factor) !== 1);

/** What ranking makes of a post before anything about its viewer but the factors: engagement, age, moderation. */
export function baseScore(signals: Signals, atMs: number, weights: Weights, factors?: Factors): number {
  const engagement =
    signals.likes * weights.likes * factorOf(factors?.likes) +
    signals.replies * weights.replies * factorOf(factors?.replies) +
    signals.shares * weights.shares * factorOf(factors?.shares) +
    1;
  return engagement * ageFactor(signals.createdMs, atMs, weights, factors) * (1 - signals.moderation);
}

/** What age leaves of a score. */
export const ageFactor = (createdMs: number, atMs: number, weights: Weights, factors?: Factors): number =>
  (ageHours(createdMs, atMs) + weights.offsetHours) ** (-weights.gravity * factorOf(factors?.age));
