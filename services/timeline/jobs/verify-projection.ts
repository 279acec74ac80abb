import { Code } from "@connectrpc/connect";
import { PARTITIONS } from "#mesh/partition.ts";
import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { verifyPartition } from "../rebuild/verify-partition.ts";

/** An owner that is away or still starting cannot be compared with; one that has no digests never can. */
const PASSING: unknown[] = [
  ...[Code.Unavailable, Code.ResourceExhausted, Code.DeadlineExceeded, Code.Canceled],
  ...[Code.NotFound, Code.FailedPrecondition],
];

let next = 0;

/** Compares one partition after the other with its owners, for ever, and builds anew what differs. */
export const verifyProjectionJob: Job<Deps> = {
  name: "verify-projection",
  everyMs: 5_000,
  async run(deps, signal) {
    const partition = next++ % PARTITIONS;
    try {
      for await (const found of verifyPartition(deps, partition, { repair: true, signal })) {
        const { consumer, kind, differing: ranges, repaired } = found;
        if (ranges > 0) deps.log.error({ consumer, kind, partition, ranges, repaired }, "projection differed");
      }
    } catch (error) {
      if (!PASSING.includes((error as { code?: unknown }).code)) throw error;
      deps.log.debug({ partition, cause: error }, "projection not compared");
    }
  },
};
