import { Code } from "@connectrpc/connect";
import { failuresOf } from "../failure.ts";

/** What an operator, or a peer that fills a gap, can ask wrongly of any service. */
export const opsFailure = failuresOf("ops", {
  CONSUMER_UNKNOWN: [Code.NotFound, "the service has no such consumer"],
  DEAD_LETTER_UNKNOWN: [Code.NotFound, "no such dead letter: it may have been redriven"],
  KIND_UNKNOWN: [Code.NotFound, "the service has no snapshot of that kind"],
  NOT_REBUILDABLE: [Code.FailedPrecondition, "the consumer reads no snapshots, so there is nothing to rebuild it from"],
  SNAPSHOT_BROKEN_OFF: [Code.Unavailable, "the snapshot was broken off again and again: try again shortly"],
});
