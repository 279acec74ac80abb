import { Relation_MuteScope as MuteScope } from "#gen/skein/common/v1/visibility_pb.ts";

/** A scope in the words of the tables. */
export type ScopeName = "HOME" | "NOTIFICATIONS" | "REPOSTS";

const NAMES: readonly ScopeName[] = ["HOME", "NOTIFICATIONS", "REPOSTS"];

/** Scopes as the tables keep them: each once, in one order, so that equal mutes are equal rows. None means home and notifications. */
export function scopeNames(asked: readonly MuteScope[]): ScopeName[] {
  if (asked.length === 0) return ["HOME", "NOTIFICATIONS"];
  return NAMES.filter((name) => asked.includes(MuteScope[name]));
}

/** Scopes as messages carry them. */
export const scopesOf = (names: readonly ScopeName[]): MuteScope[] => names.map((name) => MuteScope[name]);

/** Scopes as one text that PostgreSQL reads as an array; arrays of arrays would have to be of one length. */
export const textOfScopes = (names: readonly ScopeName[]): string => `{${names.join(",")}}`;
