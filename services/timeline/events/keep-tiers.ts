import { timestampDate } from "@bufbuild/protobuf/wkt";
import { FanoutTier } from "#gen/skein/graph/v1/counts_pb.ts";
import { type FanoutTierChanged, FanoutTierChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { type FanoutTierRow, FanoutTierRowSchema } from "#gen/skein/graph/v1/snapshot_rows_pb.ts";
import { from, together } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import { changeTiers, clearTiers, type TierChange } from "../store/tiers.ts";
import { edgeWords } from "../store/words.ts";

/** Whose posts are not delivered, because so many follow them. What they have posted before stays as it was. */
export const tiers = together<typeof FanoutTierChangedSchema, Deps>(
  [FanoutTierChangedSchema],
  async (deliveries, tx) => {
    const last = new Map(
      deliveries.map(({ event, partition, at }) => [event.accountId, tierOf(event, partition, at)] as const),
    );
    await changeTiers(tx, [...last.values()]);
  },
);

/** Tiers as social-graph has them. */
export const tiersAnew = from<typeof FanoutTierRowSchema, Deps>(
  "fanout-tier",
  FanoutTierRowSchema,
  ({ tx, rows, partition }) =>
    changeTiers(
      tx,
      rows.map((row) => tierOf(row, partition, new Date(0))),
    ),
  ({ tx, partition }, { clock }) => clearTiers(tx, partition, clock.now()),
  edgeWords.tier,
);

const tierOf = (
  { accountId, tier, changedAt }: FanoutTierChanged | FanoutTierRow,
  shard: number,
  otherwise: Date,
): TierChange => ({
  ...{ accountId, shard, tier: tier === FanoutTier.PULL ? 2 : 1 },
  changedAt: changedAt ? timestampDate(changedAt) : otherwise,
});
