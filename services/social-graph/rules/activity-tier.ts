import { ActivityTier } from "#gen/skein/graph/v1/counts_pb.ts";

/** How long an account counts as active, and as occasional; see config. */
export interface ActivityBounds {
  readonly activeFor: number;
  readonly occasionalFor: number;
}

/** When an account was last seen if it is of a tier: from `since` on and before `before`; null is no bound. */
export interface Span {
  readonly since: Date | null;
  readonly before: Date | null;
}

/** The order in which followers are served. */
export const ALL_TIERS: readonly ActivityTier[] = [ActivityTier.ACTIVE, ActivityTier.OCCASIONAL, ActivityTier.DORMANT];

/** The span of a tier at a moment. The three spans meet and do not overlap; who was never seen lies before all of them. */
export function spanOf(tier: ActivityTier, at: Date, { activeFor, occasionalFor }: ActivityBounds): Span {
  const active = new Date(at.getTime() - activeFor);
  const occasional = new Date(at.getTime() - Math.max(activeFor, occasionalFor));
  if (tier === ActivityTier.ACTIVE) return { since: active, before: null };
  if (tier === ActivityTier.OCCASIONAL) return { since: occasional, before: active };
  return { since: null, before: occasional };
}
