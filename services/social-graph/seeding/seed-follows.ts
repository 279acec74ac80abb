import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { AccountFollowedSchema, FollowRequestedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import type { EdgeState } from "../rules/edge.ts";
import { countDelta } from "../store/counts.ts";

/** Who follows whom, and since when. */
export interface SeedFollow {
  readonly followerId: string;
  readonly followeeId: string;
  readonly followedAt: Date;
  /** A locked followee has not answered yet; all others were let in. */
  readonly asked: boolean;
}

interface Row {
  follower_id: string;
  followee_id: string;
  state: EdgeState;
  followed_at: string;
}

/**
 * Adds edges of many followers in one statement, requests where a locked followee has not answered, with counts and events; returns
 * how many are new. Left out are those that are there, and where a block stands between the two.
 */
export function seedFollows(db: Db, follows: readonly SeedFollow[]): Promise<number> {
  const column = <T>(of: (follow: SeedFollow) => T): T[] => follows.map(of);
  return db.transact(async (tx) => {
    const rows = await tx.query<Row>(sql`
      with wanted as (select * from unnest(${column(({ followerId }) => followerId)}::uuid[],
          ${column(({ followeeId }) => followeeId)}::uuid[], ${column(({ followerId }) => partitionOf(followerId))}::smallint[],
          ${column(({ followedAt }) => followedAt)}::timestamptz[], ${column(({ asked }) => asked)}::boolean[])
          as w (follower_id, followee_id, shard, at, asked)),
      effect as (insert into follow (follower_id, followee_id, shard, state, followed_at, changed_at)
        select w.follower_id, w.followee_id, w.shard, case when w.asked and coalesce(p.locked, false) then 'PENDING' else 'ACTIVE' end, w.at, w.at
        from wanted w left join privacy p on p.account_id = w.followee_id
        where not exists (select 1 from block where blocker_id = w.followee_id and blocked_id = w.follower_id)
          and not exists (select 1 from block where blocker_id = w.follower_id and blocked_id = w.followee_id)
        order by w.follower_id, w.followee_id
        on conflict do nothing returning follower_id, followee_id, state, followed_at),
      ${countDelta(sql`select follower_id, followee_id, 1 from effect where state = 'ACTIVE'`)}
      select * from effect`);
    for (const { follower_id: followerId, followee_id: followeeId, state, followed_at } of rows) {
      const moment = timestampFromDate(new Date(followed_at));
      if (state === "PENDING") tx.publish(FollowRequestedSchema, { followerId, followeeId, requestedAt: moment });
      else tx.publish(AccountFollowedSchema, { followerId, followeeId, followedAt: moment });
    }
    return rows.length;
  });
}
