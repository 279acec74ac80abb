import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  AccountBlockedSchema,
  AccountUnblockedSchema,
  AccountUnfollowedSchema,
  ListChangedSchema,
  UnfollowReason,
} from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { Context } from "#mesh/context.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Db } from "#mesh/store/database.ts";
import { event } from "#mesh/store/log.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Edge } from "../rules/edge.ts";
import { countDelta } from "./counts.ts";
import type { After } from "./moments.ts";
import type { Query } from "./query.ts";

/** A block that is to be, and what was seen of the blocker's side that it ends. */
export interface Blocking {
  readonly blockerId: string;
  readonly blockedId: string;
  readonly edge: Edge | undefined;
  readonly listIds: readonly string[];
  readonly at: Date;
  readonly most: number;
}

/**
 * Adds a block, and ends the blocker's own follow or request and the places on its lists, with their events. What has
 * changed since it was seen is left to sever-blocked, as is the other's follow: it belongs to another shard. False where
 * there is a block already, and where the blocker blocks enough. What it ends is counted into the effect, so that it is
 * locked before the log's head, as in every transaction: otherwise this and sever-blocked can wait for each other.
 */
export async function addBlock(
  db: Db,
  ctx: Context,
  { blockerId, blockedId, edge, listIds, at, most }: Blocking,
): Promise<boolean> {
  const ended = edge && {
    ...{ followerId: blockerId, followeeId: blockedId, reason: UnfollowReason.BLOCKED },
    pending: edge.state === "PENDING",
  };
  const rows = await db.write(ctx, {
    effect: sql`blocked as (insert into block (blocker_id, blocked_id, shard, blocked_at)
      select ${blockerId}::uuid, ${blockedId}::uuid, ${partitionOf(blockerId)}::smallint, ${at}::timestamptz
      where not exists (select 1 from block where blocker_id = ${blockerId}::uuid offset ${most - 1}::int limit 1)
      on conflict do nothing returning blocker_id, blocked_id),
    severed as (delete from follow f using blocked b where f.follower_id = b.blocker_id and f.followee_id = b.blocked_id
      and f.state = ${edge?.state ?? ""} returning f.follower_id, f.followee_id, f.state),
    unlisted as (delete from list_member m using blocked b where m.owner_id = b.blocker_id and m.account_id = b.blocked_id
      and m.list_id = any(${[...listIds]}::uuid[]) returning 1),
    effect as (select b.* from blocked b, (select count(*) from severed) s, (select count(*) from unlisted) u),
    ${countDelta(sql`select follower_id, followee_id, -1 from severed where state = 'ACTIVE'`)}`,
    publish: [
      event(AccountBlockedSchema, { blockerId, blockedId, blockedAt: timestampFromDate(at) }),
      ...(ended ? [event(AccountUnfollowedSchema, ended)] : []),
      ...listIds.map((listId) =>
        event(ListChangedSchema, {
          ...{ ownerId: blockerId, listId },
          change: { case: "memberRemoved", value: { accountId: blockedId } },
        }),
      ),
    ],
  });
  return rows.length > 0;
}

/** Ends a block; where there is none nothing happens. */
export const removeBlock = (db: Db, ctx: Context, blockerId: string, blockedId: string) =>
  db.write(ctx, {
    effect: sql`effect as (delete from block where blocker_id = ${blockerId} and blocked_id = ${blockedId} returning 1)`,
    publish: [event(AccountUnblockedSchema, { blockerId, blockedId })],
  });

/** One block in a list of them. */
export interface BlockRow {
  readonly id: string;
  readonly moment: string;
}

/** The account's blocks behind a place, newest first. */
export const blocksAfter = (query: Query, blockerId: string, [moment, id]: After, limit: number): Promise<BlockRow[]> =>
  query<BlockRow>(sql`select blocked_id as id, blocked_at as moment from block
    where blocker_id = ${blockerId} and (blocked_at, blocked_id) < (${moment}::timestamptz, ${id}::uuid)
    order by blocked_at desc, blocked_id desc limit ${limit}::int`);
