import type { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import type { Rpc } from "../service.ts";
import { handleNamed } from "./handle-named.ts";
import { positionOf, readPositions } from "./lag.ts";
import type { OpsParts } from "./parts.ts";

/** One consumer's distance from its sources, partition by partition; fails while a source does not answer. */
export const getConsumerLag =
  (parts: OpsParts): Rpc<typeof OpsService.method.getConsumerLag> =>
  async ({ consumer }) => {
    const handle = handleNamed(parts.consumers, consumer);
    const positions = await readPositions(parts.db);
    const reach = await Promise.all(
      handle.sources.map(async (source) => ({ source, heads: await parts.headsOf(source) })),
    );
    const partitions = reach.flatMap(({ source, heads }) =>
      heads.map((head, partition) => {
        const applied = positionOf(positions, handle, source, partition);
        return { source, partition, applied, head: head > applied ? head : applied };
      }),
    );
    return { partitions };
  };
