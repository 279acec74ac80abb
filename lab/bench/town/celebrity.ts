import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { FanoutTier } from "#gen/skein/graph/v1/counts_pb.ts";
import { FanoutTierChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import { sql } from "#mesh/store/sql.ts";
import { chanceOf } from "../../../cli/demo/chance.ts";
import { idAt } from "../../../cli/demo/id-at.ts";
import { storeOf } from "../../../cli/demo/stores.ts";
import type { Bench } from "../bench.ts";
import type { Person } from "../load/job.ts";

const BATCH = 20_000;

/**
 * Gives somebody so many followers, as rows where social-graph and timeline keep them: a million events would take longer than
 * all measures together, and nobody of this crowd ever reads. That the account is pulled now is announced, as always.
 */
export async function giveFollowers(bench: Bench, { id: accountId }: Person, followers: number): Promise<void> {
  const chance = chanceOf("bench followers");
  const [graph, timeline] = [storeOf(bench.stores, "social-graph"), storeOf(bench.stores, "timeline")];
  const at = new Date(Date.now() - 86_400_000);
  for (let from = 0; from < followers; from += BATCH) {
    bench.signal.throwIfAborted();
    bench.say(`celebrity: ${from.toLocaleString("en")} of ${followers.toLocaleString("en")} followers`);
    const ids = Array.from({ length: Math.min(BATCH, followers - from) }, () => idAt(at.getTime(), chance));
    const crowd = sql`select id, shard from unnest(${ids}::uuid[], ${ids.map(partitionOf)}::smallint[]) as c (id, shard)`;
    await Promise.all([
      graph.query(sql`with crowd as (${crowd}),
        edges as (insert into follow (follower_id, followee_id, shard, state, followed_at, changed_at)
          select id, ${accountId}::uuid, shard, 'ACTIVE', ${at}::timestamptz, ${at}::timestamptz from crowd)
        insert into follower (followee_id, bucket, follower_id, state, followed_at, version)
          select ${accountId}::uuid, shard, id, 'ACTIVE', ${at}::timestamptz, 0 from crowd`),
      timeline.query(sql`with crowd as (${crowd}) insert into follow (follower_id, followee_id, shard, followed_at)
        select id, ${accountId}::uuid, shard, ${at}::timestamptz from crowd on conflict do nothing`),
    ]);
  }
  await graph.transact(async (tx) => {
    const changedAt = new Date();
    await tx.query(sql`insert into account_count (account_id, shard, followers, tier, tier_changed_at, reconciled_at)
      values (${accountId}, ${partitionOf(accountId)}::smallint, ${followers}, 'PULL', ${changedAt}, ${changedAt})
      on conflict (account_id) do update set followers = account_count.followers + excluded.followers, tier = 'PULL',
        tier_changed_at = excluded.tier_changed_at, reconciled_at = excluded.reconciled_at`);
    const change = { accountId, tier: FanoutTier.PULL, followers: BigInt(followers) };
    tx.publish(FanoutTierChangedSchema, { ...change, changedAt: timestampFromDate(changedAt) });
  });
}
