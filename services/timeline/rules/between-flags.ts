import {
  Relation_MuteScope as MuteScope,
  type Relation_Standing as Standing,
} from "#gen/skein/common/v1/visibility_pb.ts";
import type { Between } from "../view/shapes.ts";

/** What the tables say between a viewer and an account, as bits; the two lowest are the account's standing. */
export const Flag = {
  STANDING: 3,
  BLOCKING: 4,
  BLOCKED_BY: 8,
  MUTED_HOME: 16,
  MUTED_NOTIFICATIONS: 32,
  MUTED_REPOSTS: 64,
  FOLLOWING: 128,
  FOLLOWED_BY: 256,
  LOCKED: 512,
  HIDDEN_FROM_HOME: 1024,
  REPOSTS_HIDDEN: 2048,
  EXCLUSIVE: 4096,
  SELF: 8192,
} as const;

const SCOPES = [
  [Flag.MUTED_HOME, MuteScope.HOME],
  [Flag.MUTED_NOTIFICATIONS, MuteScope.NOTIFICATIONS],
  [Flag.MUTED_REPOSTS, MuteScope.REPOSTS],
] as const;

const made = new Map<number, Between>();

/** The facts that flags stand for; one frozen object for each combination, for there are few and pages ask for many. */
export function betweenOf(flags: number): Between {
  let between = made.get(flags);
  if (!between) {
    between = Object.freeze(unpack(flags));
    made.set(flags, between);
  }
  return between;
}

/** A block overrides the edges that it has not ended yet, as it does for social-graph. */
function unpack(flags: number): Between {
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const parted = has(Flag.BLOCKING | Flag.BLOCKED_BY);
  const following = !parted && has(Flag.FOLLOWING);
  return {
    self: has(Flag.SELF),
    standing: (flags & Flag.STANDING) as Standing,
    blocking: has(Flag.BLOCKING),
    blockedBy: has(Flag.BLOCKED_BY),
    muted: SCOPES.flatMap(([flag, scope]) => (has(flag) ? [scope] : [])),
    following,
    followedBy: !parted && has(Flag.FOLLOWED_BY),
    locked: has(Flag.LOCKED),
    hiddenFromHome: following && has(Flag.HIDDEN_FROM_HOME),
    repostsHidden: following && has(Flag.REPOSTS_HIDDEN),
  };
}
