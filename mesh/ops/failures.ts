import { Code } from "@connectrpc/connect";
import { failuresOf } from "../failure.ts";

/** What an operator, or a peer that fills a gap, can ask wrongly of any service. */
export const opsFailure = failuresOf("ops", {
  CONSUMER_UNKNOWN: [Code.NotFound, "the service has no such consumer"],
  DEAD_LETTER_UNKNOWN: [Code.NotFound, "no such dead letter: it may have been redriven"],
  KIND_UNKNOWN: [Code.NotFound, "the service has no snapshot of that kind"],
  NOT_COMPARABLE: [Code.FailedPrecondition, "rows of that kind are not compared"],
  NOT_REBUILDABLE: [Code.FailedPrecondition, "the consumer reads no snapshots, so there is nothing to rebuild it from"],
  SNAPSHOT_BROKEN_OFF: [Code.Unavailable, "the snapshot was broken off again and again: try again shortly"],
  SHADOW_UNLIKE: [Code.FailedPrecondition, "what was built does not say what its source says: it was not put in place"],
  SHADOW_BEHIND: [Code.Unavailable, "what was built could not catch up with what goes on: try again shortly"],
});
