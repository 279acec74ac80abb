import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  AccountBlockedSchema,
  AccountUnfollowedSchema,
  ListChangedSchema,
  UnfollowReason,
} from "#gen/skein/graph/v1/graph_events_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { EdgeState } from "../rules/edge.ts";
import { countDelta } from "./counts.ts";

/** One of many blocks that are to be added. */
export interface BlockWish {
  readonly blockedId: string;
  /** When it began, where that is known from elsewhere: for the blocker's own list alone. */
  readonly blockedAt?: Date;
}

interface Row {
  blocked_id: string;
  severed: EdgeState | null;
  lists: string[] | null;
}

/**
 * Adds many blocks of one blocker, with all that a block ends at once; returns who is blocked now and was not before.
 * What is announced is the block as it begins here: it ends all follows up to now, whatever an archive says of its age.
 */
export async function addBlocks(
  tx: Tx,
  blockerId: string,
  wishes: readonly BlockWish[],
  at: Date,
): Promise<Set<string>> {
  const sorted = wishes.toSorted((a, b) => (a.blockedId < b.blockedId ? -1 : 1));
  const rows = await tx.query<Row>(sql`with effect as (
      insert into block (blocker_id, blocked_id, shard, blocked_at)
      select ${blockerId}::uuid, w.id, ${partitionOf(blockerId)}::smallint, w.blocked_at
      from unnest(${sorted.map(({ blockedId }) => blockedId)}::uuid[], ${sorted.map(({ blockedAt = at }) => blockedAt)}::timestamptz[])
        as w (id, blocked_at) on conflict do nothing returning blocked_id),
    severed as (delete from follow f using effect
      where f.follower_id = ${blockerId}::uuid and f.followee_id = effect.blocked_id returning f.follower_id, f.followee_id, f.state),
    unlisted as (delete from list_member m using effect
      where m.owner_id = ${blockerId}::uuid and m.account_id = effect.blocked_id returning m.list_id, m.account_id),
    ${countDelta(sql`select follower_id, followee_id, -1 from severed where state = 'ACTIVE'`)}
    select effect.blocked_id, severed.state as severed,
      (select array_agg(list_id::text) from unlisted where account_id = effect.blocked_id) as lists
    from effect left join severed on severed.followee_id = effect.blocked_id`);
  for (const { blocked_id: blockedId, severed, lists } of rows) {
    tx.publish(AccountBlockedSchema, { blockerId, blockedId, blockedAt: timestampFromDate(at) });
    if (severed)
      tx.publish(AccountUnfollowedSchema, {
        ...{ followerId: blockerId, followeeId: blockedId, reason: UnfollowReason.BLOCKED },
        pending: severed === "PENDING",
      });
    for (const listId of lists ?? [])
      tx.publish(ListChangedSchema, {
        ...{ ownerId: blockerId, listId },
        change: { case: "memberRemoved", value: { accountId: blockedId } },
      });
  }
  return new Set(rows.map(({ blocked_id }) => blocked_id));
}
