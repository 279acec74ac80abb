import { Code } from "@connectrpc/connect";
import { failuresOf } from "#mesh/failure.ts";

/** Everything that callers of social-graph must reckon with. */
export const failure = failuresOf("social-graph", {
  ACCOUNT_NOT_FOUND: [Code.NotFound, "no such account"],
  SELF_FOLLOW: [Code.InvalidArgument, "you cannot follow yourself"],
  SELF_BLOCK: [Code.InvalidArgument, "you cannot block yourself"],
  SELF_MUTE: [Code.InvalidArgument, "you cannot mute yourself"],
  BLOCKED_BY_YOU: [Code.FailedPrecondition, "you block that account: unblock it first"],
  NOT_FOLLOWING: [Code.FailedPrecondition, "you do not follow that account"],
  REQUEST_NOT_FOUND: [Code.NotFound, "that account does not ask to follow you"],
  TOO_MANY_FOLLOWS: [Code.ResourceExhausted, "unfollow somebody before following another"],
  TOO_MANY_BLOCKS: [Code.ResourceExhausted, "unblock somebody before blocking another"],
  TOO_MANY_MUTES: [Code.ResourceExhausted, "unmute somebody before muting another"],
  EXPIRY_PAST: [Code.InvalidArgument, "that moment is past"],
  LIST_NOT_FOUND: [Code.NotFound, "you have no such list"],
  LIST_TITLE_TAKEN: [Code.AlreadyExists, "you have a list of that title"],
  TOO_MANY_LISTS: [Code.ResourceExhausted, "delete a list before making another"],
  LIST_FULL: [Code.ResourceExhausted, "the list takes no more members"],
  CURSOR_INVALID: [Code.InvalidArgument, "the cursor does not belong to this stream"],
  ROW_INVALID: [Code.InvalidArgument, "the row names no account, or no kind, or breaks a rule"],
});
