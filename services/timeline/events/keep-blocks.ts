import { timestampDate } from "@bufbuild/protobuf/wkt";
import { AccountBlockedSchema, AccountUnblockedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { BlockRowSchema } from "#gen/skein/graph/v1/snapshot_rows_pb.ts";
import { from, together } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import { type BlockChange, changeBlocks, clearBlocks } from "../store/blocks.ts";
import { edgeWords } from "../store/words.ts";

/** A block holds at once for whoever reads after it was applied, whatever edges there still are. */
export const blocks = together<typeof AccountBlockedSchema | typeof AccountUnblockedSchema, Deps>(
  [AccountBlockedSchema, AccountUnblockedSchema],
  async (deliveries, tx) => {
    const last = new Map<string, BlockChange>();
    for (const { event, at, partition: shard } of deliveries) {
      const { blockerId, blockedId } = event;
      const blockedAt =
        event.$typeName === "skein.graph.v1.AccountBlocked"
          ? event.blockedAt
            ? timestampDate(event.blockedAt)
            : at
          : undefined;
      last.set(`${blockerId} ${blockedId}`, { blockerId, blockedId, shard, blockedAt });
    }
    await changeBlocks(tx, [...last.values()]);
  },
);

/** Blocks as social-graph has them. */
export const blocksAnew = from(
  "block",
  BlockRowSchema,
  ({ tx, rows, partition: shard }) =>
    changeBlocks(
      tx,
      rows.map(({ blockerId, blockedId, blockedAt }) => ({
        ...{ blockerId, blockedId, shard },
        blockedAt: blockedAt ? timestampDate(blockedAt) : new Date(0),
      })),
    ),
  async ({ tx, partition }) => void (await clearBlocks(tx, partition)),
  edgeWords.block,
);
