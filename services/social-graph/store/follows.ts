import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  AccountFollowedSchema,
  AccountUnfollowedSchema,
  FollowAcceptedSchema,
  FollowChangedSchema,
  FollowRejectedSchema,
  FollowRequestedSchema,
  type UnfollowReason,
} from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { Context } from "#mesh/context.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Db } from "#mesh/store/database.ts";
import { type Entry, event } from "#mesh/store/log.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Edge, EdgeState, Flags } from "../rules/edge.ts";
import { countDelta } from "./counts.ts";

/** The two ends of an edge. */
export interface Ends {
  readonly followerId: string;
  readonly followeeId: string;
}

/** What a follow wants: `locked` is how the followee was seen, and must still hold when the edge is written. */
export interface Wish extends Ends {
  readonly locked: boolean;
  readonly at: Date;
  readonly most: number;
}

/**
 * Adds an edge, or a request, its counts and its event. False where there is one already, where either blocks the other,
 * where the followee was locked or unlocked meanwhile, and where the follower follows enough.
 */
export async function addFollow(
  db: Db,
  ctx: Context | undefined,
  { followerId, followeeId, locked, at, most }: Wish,
): Promise<boolean> {
  const state: EdgeState = locked ? "PENDING" : "ACTIVE";
  const moment = timestampFromDate(at);
  const rows = await db.write(ctx, {
    effect: sql`effect as (insert into follow (follower_id, followee_id, shard, state, followed_at, changed_at)
      select ${followerId}::uuid, ${followeeId}::uuid, ${partitionOf(followerId)}::smallint, ${state}::text, ${at}::timestamptz, ${at}::timestamptz
      where not exists (select 1 from block where blocker_id = ${followeeId}::uuid and blocked_id = ${followerId}::uuid)
        and not exists (select 1 from block where blocker_id = ${followerId}::uuid and blocked_id = ${followeeId}::uuid)
        and coalesce((select locked from privacy where account_id = ${followeeId}::uuid), false) = ${locked}::boolean
        and not exists (select 1 from follow where follower_id = ${followerId}::uuid offset ${most - 1}::int limit 1)
      on conflict do nothing returning follower_id, followee_id, state),
      ${countDelta(sql`select follower_id, followee_id, 1 from effect where state = 'ACTIVE'`)}`,
    publish: [
      locked
        ? event(FollowRequestedSchema, { followerId, followeeId, requestedAt: moment })
        : event(AccountFollowedSchema, { followerId, followeeId, followedAt: moment }),
    ],
  });
  return rows.length > 0;
}

/**
 * Turns a request into an edge: because it was accepted, or because the followee is no longer locked. False where the
 * request has changed since it was read, or where either blocks the other.
 */
export async function activateFollow(
  db: Db,
  ctx: Context,
  { followerId, followeeId }: Ends,
  { edge, accepted, at }: { edge: Edge; accepted: boolean; at: Date },
): Promise<boolean> {
  const { hideReposts, notifyOnPost, hideFromHome } = edge;
  const flags = { hideReposts, notifyOnPost, hideFromHome };
  const followed = event(AccountFollowedSchema, {
    ...{ followerId, followeeId, followedAt: timestampFromDate(at), requested: accepted },
    ...flags,
  });
  const rows = await db.write(ctx, {
    effect: sql`effect as (update follow set state = 'ACTIVE', followed_at = ${at}::timestamptz,
        changed_at = greatest(${at}::timestamptz, changed_at + interval '1 microsecond')
      where follower_id = ${followerId}::uuid and followee_id = ${followeeId}::uuid and state = 'PENDING'
        and changed_at = ${edge.changedAt}::timestamptz
        and not exists (select 1 from block where blocker_id = ${followeeId}::uuid and blocked_id = ${followerId}::uuid)
        and not exists (select 1 from block where blocker_id = ${followerId}::uuid and blocked_id = ${followeeId}::uuid)
      returning follower_id, followee_id),
      ${countDelta(sql`select follower_id, followee_id, 1 from effect`)}`,
    publish: accepted ? [event(FollowAcceptedSchema, { followerId, followeeId }), followed] : [followed],
  });
  return rows.length > 0;
}

/**
 * Ends an edge, or the request for one. Nearly always an edge is meant and one statement does; a request that was
 * accepted between the first two looks is found by the third.
 */
export async function endFollow(db: Db, ctx: Context, ends: Ends, reason: UnfollowReason): Promise<void> {
  for (const state of ["ACTIVE", "PENDING", "ACTIVE"] as const) {
    const ended = event(AccountUnfollowedSchema, { ...ends, reason, pending: state === "PENDING" });
    if (await removeEdge(db, ctx, ends, state, ended)) return;
  }
}

/** Removes a request and says so to nobody but the log. */
export const rejectFollow = (db: Db, ctx: Context, ends: Ends): Promise<boolean> =>
  removeEdge(db, ctx, ends, "PENDING", event(FollowRejectedSchema, ends));

async function removeEdge(db: Db, ctx: Context, ends: Ends, state: EdgeState, announced: Entry): Promise<boolean> {
  const rows = await db.write(ctx, {
    effect: sql`effect as (delete from follow where follower_id = ${ends.followerId}::uuid
        and followee_id = ${ends.followeeId}::uuid and state = ${state} returning follower_id, followee_id, state),
      ${countDelta(sql`select follower_id, followee_id, -1 from effect where state = 'ACTIVE'`)}`,
    publish: [announced],
  });
  return rows.length > 0;
}

/** Sets all that a follow, or request, says; false where it has changed since it was read. */
export async function changeFollow(
  db: Db,
  ctx: Context,
  { followerId, followeeId }: Ends,
  { edge, flags, at }: { edge: Edge; flags: Flags; at: Date },
): Promise<boolean> {
  const { hideReposts, notifyOnPost, hideFromHome } = flags;
  const rows = await db.write(ctx, {
    effect: sql`effect as (update follow set hide_reposts = ${hideReposts}, notify_on_post = ${notifyOnPost},
        hide_from_home = ${hideFromHome}, changed_at = greatest(${at}::timestamptz, changed_at + interval '1 microsecond')
      where follower_id = ${followerId}::uuid and followee_id = ${followeeId}::uuid and changed_at = ${edge.changedAt}::timestamptz
      returning 1)`,
    publish: [event(FollowChangedSchema, { followerId, followeeId, hideReposts, notifyOnPost, hideFromHome })],
  });
  return rows.length > 0;
}
