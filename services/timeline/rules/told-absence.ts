import { Audience, VisibilityReason as Reason, Verdict } from "#gen/skein/common/v1/visibility_pb.ts";
import { AbsenceRule as Rule } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Judgement } from "#mesh/visibility.ts";
import type { Between, Card } from "../view/shapes.ts";

/**
 * What may be told of a post that its viewer may not see at all: nothing. Only who blocked an account is told so, for it is
 * their own doing, and that of posts alone which were for everybody: else the answer would tell that there is one.
 */
export function toldOfHidden(
  { verdict, reason }: Judgement,
  { audience, deleted }: Pick<Card, "audience" | "deleted">,
  facts: Between | undefined,
): Rule | undefined {
  if (verdict !== Verdict.HIDE) return undefined;
  const open = audience === Audience.PUBLIC && !deleted && facts !== undefined && !facts.blockedBy;
  if (!open || (facts.locked && !facts.following)) return Rule.NOT_FOUND;
  return reason === Reason.BLOCKING ? Rule.BLOCKED : Rule.NOT_FOUND;
}
