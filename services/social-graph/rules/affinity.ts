import { AffinityEvidence_Kind as Kind } from "#gen/skein/graph/v1/affinity_pb.ts";

/** What each interaction is worth on the day it happens. */
export const WORTH = { likes: 1, replies: 3, shares: 2, mentions: 2 } as const;

/** The interactions that count, as the database names them. */
export type Interaction = keyof typeof WORTH;

/** Everything between a viewer and an account that brings them near: interactions are worth `score` at `scoredAt`. */
export interface Ties extends Readonly<Record<Interaction, number>> {
  readonly follows: boolean;
  readonly followedBy: boolean;
  readonly score: number;
  readonly scoredAt: Date;
}

/** One reason, how often, and what it adds. */
export interface Evidence {
  readonly kind: Kind;
  readonly count: bigint;
  readonly contribution: number;
}

const STRANGER = 1;
const FOLLOWS = 0.5;
const FOLLOWED_BY = 0.25;
/** What interactions can add in all: together with the follows it makes 4, and nobody's flood of likes makes more. */
const MOST_BY_INTERACTION = 2.25;
/** So many points bring 63 % of that. */
const POINTS = 20;

const KINDS: readonly [Interaction, Kind][] = [
  ["likes", Kind.LIKED],
  ["replies", Kind.REPLIED],
  ["shares", Kind.SHARED],
  ["mentions", Kind.MENTIONED],
];

/** What is left of a score after a time: half after each half-life. A clock that went back takes nothing. */
export const decayed = (score: number, elapsedMs: number, halfLifeMs: number): number =>
  score * 0.5 ** (Math.max(0, elapsedMs) / halfLifeMs);

/** How close the account is: 1 for strangers, below 4 for everybody, and why. The contributions and 1 make up the score. */
export function affinityOf(ties: Ties, now: Date, halfLifeMs: number): { score: number; evidence: Evidence[] } {
  const points = decayed(ties.score, now.getTime() - ties.scoredAt.getTime(), halfLifeMs);
  const gained = MOST_BY_INTERACTION * (1 - Math.exp(-Math.max(0, points) / POINTS));
  const worth = KINDS.reduce((sum, [what]) => sum + ties[what] * WORTH[what], 0);
  const evidence: Evidence[] = [
    { kind: Kind.FOLLOWS, count: ties.follows ? 1n : 0n, contribution: FOLLOWS },
    { kind: Kind.FOLLOWED_BY, count: ties.followedBy ? 1n : 0n, contribution: FOLLOWED_BY },
    // Counts do not fade and are not dated: what is left is shared out as they were earned.
    ...KINDS.map(([what, kind]) => ({
      kind,
      count: BigInt(ties[what]),
      contribution: worth > 0 ? (gained * ties[what] * WORTH[what]) / worth : 0,
    })),
  ].filter(({ count }) => count > 0n);
  evidence.sort((a, b) => b.contribution - a.contribution || a.kind - b.kind);
  return { score: evidence.reduce((sum, { contribution }) => sum + contribution, STRANGER), evidence };
}
