import { commits } from "./commit.ts";
import { verifications } from "./hash.ts";
import type { Limit } from "./job.ts";
import { deliveries } from "./zadd.ts";

// The machine's own limits, in a process of their own that does one stretch after the other.

/** So many a second. */
function reach(limit: Limit): Promise<number> {
  if (limit.kind === "commit") return commits(limit);
  return limit.kind === "zadd" ? deliveries(limit) : verifications(limit);
}

process.on("message", (limit: Limit) => {
  reach(limit).then(
    (perSecond) => process.send?.({ answer: perSecond }),
    (error: unknown) => process.send?.({ failure: error instanceof Error ? error.stack : String(error) }),
  );
});
process.once("disconnect", () => process.exit());
