import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Relation, Relation_Standing as Standing } from "#gen/skein/common/v1/visibility_pb.ts";
import { Circle, type PrivacySettingsSchema } from "#gen/skein/graph/v1/privacy_pb.ts";

/** A circle in the words of the tables. */
export type CircleName = "EVERYONE" | "FOLLOWED" | "NOBODY";

const circleName = (circle: Circle): CircleName =>
  circle === Circle.FOLLOWED ? "FOLLOWED" : circle === Circle.NOBODY ? "NOBODY" : "EVERYONE";

/** Settings as the tables keep them. */
export interface Privacy {
  readonly locked: boolean;
  readonly whoMayMention: CircleName;
  readonly whoMayReply: CircleName;
  readonly discoverable: boolean;
}

/** What holds for whoever never set anything. */
export const OPEN_TO_ALL: Privacy = {
  locked: false,
  whoMayMention: "EVERYONE",
  whoMayReply: "EVERYONE",
  discoverable: true,
};

/** Whether the viewer is in a circle of the account. Nobody comes near who is blocked, or whom the account is not there for. */
export function admits(circle: CircleName, relation: Relation): boolean {
  if (relation.self) return true;
  if (relation.blocking || relation.blockedBy || relation.standing !== Standing.ACTIVE) return false;
  return circle === "EVERYONE" || (circle === "FOLLOWED" && relation.followedBy);
}

/** Settings as messages carry them. */
export const settingsOf = (
  { locked, whoMayMention, whoMayReply, discoverable }: Privacy,
  version: bigint,
): MessageInitShape<typeof PrivacySettingsSchema> => ({
  ...{ locked, discoverable, version },
  whoMayMention: Circle[whoMayMention],
  whoMayReply: Circle[whoMayReply],
});

/** The fields of a change that are set. */
export interface PrivacyChange {
  readonly locked?: boolean | undefined;
  readonly whoMayMention?: Circle | undefined;
  readonly whoMayReply?: Circle | undefined;
  readonly discoverable?: boolean | undefined;
}

/** Settings with what a change sets; the very same object where it changes nothing. */
export function changed(privacy: Privacy, change: PrivacyChange): Privacy {
  const next = {
    locked: change.locked ?? privacy.locked,
    whoMayMention: change.whoMayMention ? circleName(change.whoMayMention) : privacy.whoMayMention,
    whoMayReply: change.whoMayReply ? circleName(change.whoMayReply) : privacy.whoMayReply,
    discoverable: change.discoverable ?? privacy.discoverable,
  };
  const equal = (Object.keys(next) as (keyof Privacy)[]).every((key) => next[key] === privacy[key]);
  return equal ? privacy : next;
}
