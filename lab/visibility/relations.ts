import { Relation_MuteScope as Mute, Relation_Standing as Standing } from "#gen/skein/common/v1/visibility_pb.ts";
import type { Facts } from "#mesh/visibility.ts";

export type Known = NonNullable<Facts>;

/** What makes a relation out of the best of terms, on which viewer and author follow each other. */
export type Step =
  | `viewer ${"follows" | "unfollows" | "blocks" | "unblocks" | "hides from home" | "hides reposts" | "unmutes"}`
  | `viewer mutes ${"home" | "notifications" | "reposts" | "everything"}`
  | `author ${"blocks" | "unblocks" | "unfollows" | "asks" | "locks" | "unlocks" | "deactivates" | "reactivates" | "deletes"}`
  | "both block at once"
  | `moderation ${"suspends" | "lifts"}`;

/** A relation between the viewer and one author: how it came to be, and what is then known. Nobody asks the product. */
export interface Relation {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly facts: Partial<Known>;
  /** Asked about by third parties too, one by one; pages show them all the others. */
  readonly sample?: true;
  /** What happens when the bus is cut, and what is known from then on. */
  readonly later?: { readonly steps: readonly Step[]; readonly facts: Partial<Known> };
}

const PLAIN: Known = {
  ...{ self: false, standing: Standing.ACTIVE, blocking: false, blockedBy: false, muted: [], following: false },
  ...{ followedBy: false, locked: false, hiddenFromHome: false, repostsHidden: false },
};

/** What is known of two who have nothing to do with each other, but for what is said. */
export const known = (facts: Partial<Known> = {}): Known => ({ ...PLAIN, ...facts });

const [following, followedBy, locked, blocking, blockedBy] = [true, true, true, true, true];
const [hidden, suspended] = [{ standing: Standing.HIDDEN }, { standing: Standing.SUSPENDED }];
const EVERYTHING = [Mute.HOME, Mute.NOTIFICATIONS, Mute.REPOSTS];
const sample = true;

/** Authors who are no followers of the viewer's have asked to be, all the same. */
const ASKED: readonly Step[] = ["author unfollows", "author asks"];
const APART: readonly Step[] = ["viewer unfollows", ...ASKED];

/** One author each: of these the viewer sees account and public posts. */
export const OPEN: readonly Relation[] = [
  { name: "stranger", steps: APART, facts: {}, sample },
  { name: "followed", steps: ASKED, facts: { following } },
  { name: "fan", steps: ["viewer unfollows"], facts: { followedBy } },
  { name: "friend", steps: [], facts: { following, followedBy } },
  { name: "not_in_home", steps: ["viewer hides from home"], facts: { following, followedBy, hiddenFromHome: true } },
  { name: "no_reposts", steps: ["viewer hides reposts"], facts: { following, followedBy, repostsHidden: true } },
  { name: "unblocked", steps: ["viewer blocks", "viewer unblocks"], facts: {} },
  { name: "unblocker", steps: ["author blocks", "author unblocks"], facts: {} },
  { name: "muted_in_home", steps: [...APART, "viewer mutes home"], facts: { muted: [Mute.HOME] } },
  { name: "muted_friend", steps: ["viewer mutes home"], facts: { muted: [Mute.HOME], following, followedBy } },
  {
    name: "muted_alerts",
    steps: [...ASKED, "viewer mutes notifications"],
    facts: { muted: [Mute.NOTIFICATIONS], following },
  },
  { name: "muted_reposts", steps: [...ASKED, "viewer mutes reposts"], facts: { muted: [Mute.REPOSTS], following } },
  { name: "muted", steps: [...APART, "viewer mutes everything"], facts: { muted: EVERYTHING } },
  { name: "unmuted", steps: ["viewer mutes everything", "viewer unmutes"], facts: { following, followedBy } },
  { name: "locked_accepted", steps: [...ASKED, "author locks"], facts: { locked, following } },
  {
    name: "locked_muted",
    steps: [...ASKED, "author locks", "viewer mutes home"],
    facts: { locked, following, muted: [Mute.HOME] },
  },
  { name: "unlocked", steps: [...APART, "author locks", "author unlocks"], facts: {} },
  { name: "come_back", steps: [...ASKED, "author deactivates", "author reactivates"], facts: { following }, sample },
  { name: "reinstated", steps: [...APART, "moderation suspends", "moderation lifts"], facts: {}, sample },
  {
    ...{ name: "blocked_late", steps: [], facts: { following, followedBy } },
    later: { steps: ["viewer blocks"], facts: { blocking } },
  },
  {
    ...{ name: "blocker_late", steps: [], facts: { following, followedBy } },
    later: { steps: ["author blocks"], facts: { blockedBy } },
  },
];

/** Of these the viewer sees that they are there, and nothing that they keep for their followers. */
export const LOCKED_OUT: readonly Relation[] = [
  { name: "locked", steps: [...APART, "author locks"], facts: { locked }, sample },
  { name: "locked_pending", steps: [...APART, "author locks", "viewer follows"], facts: { locked } },
  { name: "locked_fan", steps: ["viewer unfollows", "author locks"], facts: { locked, followedBy } },
];

/** Of these the viewer sees nothing at all. */
export const UNSEEN: readonly Relation[] = [
  { name: "blocked", steps: ["viewer blocks"], facts: { blocking }, sample },
  { name: "blocked_asking", steps: [...ASKED, "viewer blocks"], facts: { blocking } },
  { name: "blocker", steps: ["author blocks"], facts: { blockedBy }, sample },
  { name: "blocker_asking", steps: [...ASKED, "author blocks"], facts: { blockedBy } },
  { name: "both_block", steps: ["both block at once"], facts: { blocking, blockedBy } },
  { name: "locked_blocker", steps: ["author locks", "author blocks"], facts: { locked, blockedBy } },
  { name: "locked_blocked", steps: ["author locks", "viewer blocks"], facts: { locked, blocking } },
  {
    name: "muted_blocker",
    steps: ["viewer mutes everything", "author blocks"],
    facts: { muted: EVERYTHING, blockedBy },
  },
  {
    name: "muted_hidden",
    steps: [...APART, "viewer mutes everything", "author deactivates"],
    facts: { muted: EVERYTHING, ...hidden },
  },
  { name: "deactivated", steps: [...ASKED, "author deactivates"], facts: { following, ...hidden }, sample },
  { name: "deactivated_fan", steps: ["viewer unfollows", "author deactivates"], facts: { followedBy, ...hidden } },
  { name: "being_deleted", steps: [...ASKED, "author deletes"], facts: { following, ...hidden }, sample },
  { name: "suspended", steps: [...ASKED, "moderation suspends"], facts: { following, ...suspended }, sample },
  { name: "suspended_stranger", steps: [...APART, "moderation suspends"], facts: suspended },
  {
    name: "suspended_locked",
    steps: ["author locks", "moderation suspends"],
    facts: { locked, following, followedBy, ...suspended },
  },
  { name: "suspended_blocked", steps: ["viewer blocks", "moderation suspends"], facts: { blocking, ...suspended } },
];

export const RELATIONS = [...OPEN, ...LOCKED_OUT, ...UNSEEN];
