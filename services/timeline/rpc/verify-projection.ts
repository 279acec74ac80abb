import type { ProjectionAdminService } from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import { PARTITIONS } from "#mesh/partition.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { verifyPartition } from "../rebuild/verify-partition.ts";

/** Compares what timeline keeps with its owners, partition by partition, and builds anew what differs if asked. */
export const verifyProjection = (deps: Deps): Rpc<typeof ProjectionAdminService.method.verifyProjection> =>
  async function* ({ partition: only, repair }, { signal }) {
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition).filter(
      (one) => only === undefined || one === only,
    );
    const progress = { partitionsDone: 0, partitions: partitions.length };
    yield { ...progress };
    for (const partition of partitions) {
      const last = deps.proof.compared.at(-1);
      for await (const outcome of verifyPartition(deps, partition, { repair, signal })) {
        if (outcome.kind === last?.kind && outcome.consumer === last.consumer) progress.partitionsDone++;
        const { source, kind, rows, differing, repaired, unsettled } = outcome;
        yield { ...progress, source, kind, rows: BigInt(rows), differing, repaired, unsettled };
      }
    }
  };
