import { expect, test } from "vitest";
import { Relation_MuteScope as Mute, Relation_Standing as Standing } from "#gen/skein/common/v1/visibility_pb.ts";
import { betweenOf, Flag } from "./between-flags.ts";

const NOTHING = {
  ...{ self: false, standing: Standing.UNSPECIFIED, blocking: false, blockedBy: false, muted: [], following: false },
  ...{ followedBy: false, locked: false, hiddenFromHome: false, repostsHidden: false },
};
const CLOSE = Flag.FOLLOWING | Flag.FOLLOWED_BY | Flag.HIDDEN_FROM_HOME | Flag.REPOSTS_HIDDEN;

test.each([
  ["nothing", 0, {}],
  ["an active account", 1, { standing: Standing.ACTIVE }],
  ["a suspended one that is oneself", 3 | Flag.SELF, { standing: Standing.SUSPENDED, self: true }],
  ["a locked one", Flag.LOCKED, { locked: true }],
  ["edges", CLOSE, { following: true, followedBy: true, hiddenFromHome: true, repostsHidden: true }],
  ["edges under a block", CLOSE | Flag.BLOCKING, { blocking: true }],
  ["edges under a block by the other", CLOSE | Flag.BLOCKED_BY, { blockedBy: true }],
  ["flags of a follow that is none", Flag.HIDDEN_FROM_HOME | Flag.REPOSTS_HIDDEN, {}],
  ["mutes", Flag.MUTED_REPOSTS | Flag.MUTED_HOME, { muted: [Mute.HOME, Mute.REPOSTS] }],
  ["a mute of notifications", Flag.MUTED_NOTIFICATIONS, { muted: [Mute.NOTIFICATIONS] }],
])("%s", (_, flags, facts) => {
  expect(betweenOf(flags)).toEqual({ ...NOTHING, ...facts });
  expect(betweenOf(flags)).toBe(betweenOf(flags));
});

test("every flag has bits of its own", () => {
  const bits = Object.values(Flag).map((flag) => flag.toString(2).replaceAll("0", "").length);
  const all = Object.values(Flag).reduce<number>((sum, flag) => sum | flag, 0);
  expect(all.toString(2).replaceAll("0", "").length).toBe(bits.reduce((sum, one) => sum + one, 0));
});
