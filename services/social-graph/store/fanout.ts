import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { FanoutTier } from "#gen/skein/graph/v1/counts_pb.ts";
import { FanoutTierChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { FanoutTierRowSchema } from "#gen/skein/graph/v1/snapshot_rows_pb.ts";
import { snapshot } from "#mesh/log/snapshot.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { type Fanout, type FanoutBounds, fanoutTier } from "../rules/fanout-tier.ts";
import type { Folded } from "./counts.ts";

/** Gives those accounts another tier that have crossed a bound, and announces each. */
export async function changeTiers(tx: Tx, counters: readonly Folded[], bounds: FanoutBounds, now: Date): Promise<void> {
  const changes = counters
    .map((row) => ({ ...row, after: fanoutTier(row.tier, row.followers, bounds) }))
    .filter(({ tier, after }) => tier !== after);
  if (changes.length === 0) return;
  // Of two that saw the same counter only one changes it, and announces it.
  const rows = await tx.query<{ account_id: string; tier: Fanout; followers: string }>(sql`
    update account_count c set tier = t.tier, tier_changed_at = ${now}
    from unnest(${changes.map(({ account_id }) => account_id)}::uuid[], ${changes.map(({ after }) => after)}::text[]) as t (account_id, tier)
    where c.account_id = t.account_id and c.tier <> t.tier
    returning c.account_id, c.tier, c.followers`);
  for (const { account_id, tier, followers } of rows)
    tx.publish(FanoutTierChangedSchema, {
      accountId: account_id,
      tier: FanoutTier[tier],
      followers: BigInt(followers),
      changedAt: timestampFromDate(now),
    });
}

/** The accounts whose posts are not delivered; of all others timeline need know nothing. */
export const fanoutTiers = snapshot(
  "fanout-tier",
  FanoutTierRowSchema,
  (partition, after, limit) => sql`select account_id, tier, tier_changed_at, account_id::text as key from account_count
    where shard = ${partition}::smallint and tier = 'PULL' and account_id > ${after || ZERO}::uuid
    order by account_id limit ${limit}::int`,
  ({ account_id, tier, tier_changed_at }: { account_id: string; tier: Fanout; tier_changed_at: string | null }) => ({
    accountId: account_id,
    tier: FanoutTier[tier],
    ...(tier_changed_at && { changedAt: timestampFromDate(new Date(tier_changed_at)) }),
  }),
  (partition) => sql`select account_id::text as key, '' as says from account_count
    where shard = ${partition}::smallint and tier = 'PULL'`,
);

const ZERO = "00000000-0000-0000-0000-000000000000";
