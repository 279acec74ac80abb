import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { AccountFollowedSchema, FollowRequestedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { EdgeState, Flags } from "../rules/edge.ts";
import { countDelta } from "./counts.ts";

/** One of many follows that are to be added. */
export interface FollowWish extends Flags {
  readonly followeeId: string;
  /** When it began, where that is known from elsewhere. */
  readonly followedAt?: Date;
}

interface Row {
  followee_id: string;
  state: EdgeState;
  hide_reposts: boolean;
  notify_on_post: boolean;
  hide_from_home: boolean;
  followed_at: string;
}

/**
 * Adds many edges of one follower, requests where the followee is locked, with counts and events; returns what each
 * became. Left out are those that are there already, and accounts between which and the follower there is a block.
 */
export async function addFollows(
  tx: Tx,
  followerId: string,
  wishes: readonly FollowWish[],
  at: Date,
): Promise<Map<string, EdgeState>> {
  // In one order, so that two who add the same do not wait for each other in a circle.
  const sorted = wishes.toSorted((a, b) => (a.followeeId < b.followeeId ? -1 : 1));
  const rows = await tx.query<Row>(sql`with effect as (
      insert into follow (follower_id, followee_id, shard, state, followed_at, hide_reposts, notify_on_post, hide_from_home, changed_at)
      select ${followerId}::uuid, w.followee_id, ${partitionOf(followerId)}::smallint,
        case when coalesce(p.locked, false) then 'PENDING' else 'ACTIVE' end, w.followed_at,
        w.hide_reposts, w.notify_on_post, w.hide_from_home, ${at}::timestamptz
      from unnest(${sorted.map(({ followeeId }) => followeeId)}::uuid[], ${sorted.map(({ hideReposts }) => hideReposts)}::boolean[],
          ${sorted.map(({ notifyOnPost }) => notifyOnPost)}::boolean[], ${sorted.map(({ hideFromHome }) => hideFromHome)}::boolean[],
          ${sorted.map(({ followedAt = at }) => followedAt)}::timestamptz[])
          as w (followee_id, hide_reposts, notify_on_post, hide_from_home, followed_at)
        left join privacy p on p.account_id = w.followee_id
      where not exists (select 1 from block where blocker_id = w.followee_id and blocked_id = ${followerId}::uuid)
        and not exists (select 1 from block where blocker_id = ${followerId}::uuid and blocked_id = w.followee_id)
      on conflict do nothing
      returning follower_id, followee_id, state, hide_reposts, notify_on_post, hide_from_home, followed_at),
    ${countDelta(sql`select follower_id, followee_id, 1 from effect where state = 'ACTIVE'`)}
    select * from effect`);
  for (const row of rows) {
    const moment = timestampFromDate(new Date(row.followed_at));
    const ends = { followerId, followeeId: row.followee_id };
    const { hide_reposts: hideReposts, notify_on_post: notifyOnPost, hide_from_home: hideFromHome } = row;
    if (row.state === "PENDING") tx.publish(FollowRequestedSchema, { ...ends, requestedAt: moment });
    else tx.publish(AccountFollowedSchema, { ...ends, followedAt: moment, hideReposts, notifyOnPost, hideFromHome });
  }
  return new Map(rows.map(({ followee_id, state }) => [followee_id, state]));
}
