import { Code } from "@connectrpc/connect";
import { failuresOf } from "#mesh/failure.ts";

/** Everything that callers of timeline must reckon with. Whatever a caller may not see is not found, whyever. */
export const failure = failuresOf("timeline", {
  ACCOUNT_NOT_FOUND: [Code.NotFound, "no such account"],
  POST_NOT_FOUND: [Code.NotFound, "no such post"],
  LIST_NOT_FOUND: [Code.NotFound, "no such list"],
  ITEM_NOT_FOUND: [Code.NotFound, "the timeline has no such item"],
  HASHTAG_INVALID: [Code.InvalidArgument, "that is not a hashtag"],
  TOKEN_INVALID: [Code.InvalidArgument, "that token was not given out for this timeline"],
  UNKNOWN_FIELD: [Code.InvalidArgument, "the update mask names an unknown field"],
  TIMELINE_AWAY: [Code.Unavailable, "the timeline cannot be read just now"],
  REBUILD_RUNNING: [Code.Aborted, "that is being built anew already"],
});
