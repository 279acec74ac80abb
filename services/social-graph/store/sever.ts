import { AccountUnfollowedSchema, type UnfollowReason } from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { EdgeState } from "../rules/edge.ts";
import { countDelta } from "./counts.ts";

/** An edge that has ended. */
export interface EndedRow {
  readonly follower_id: string;
  readonly followee_id: string;
  readonly state: EdgeState;
}

/** Two accounts of which one may block the other; edges not newer than `blockedAt` end in any case. */
export interface Pair {
  readonly one: string;
  readonly other: string;
  readonly blockedAt: Date | undefined;
}

/**
 * Ends the edges, both ways, that blocks forbid: those that are older than the pair's block, though it may be over by
 * now, and every one while there is a block between the two.
 */
export async function sever(tx: Tx, pairs: readonly Pair[]): Promise<EndedRow[]> {
  return tx.query<EndedRow>(sql`with pair as (
      select * from unnest(${pairs.map(({ one }) => one)}::uuid[], ${pairs.map(({ other }) => other)}::uuid[],
        ${pairs.map(({ blockedAt }) => blockedAt ?? null)}::timestamptz[]) as p (one, other, blocked_at)),
    edge as (select one as follower_id, other as followee_id, blocked_at from pair
      union all select other, one, blocked_at from pair),
    gone as (delete from follow f using edge e where f.follower_id = e.follower_id and f.followee_id = e.followee_id
      and (f.followed_at <= e.blocked_at
        or exists (select 1 from block b where b.blocker_id = e.follower_id and b.blocked_id = e.followee_id)
        or exists (select 1 from block b where b.blocker_id = e.followee_id and b.blocked_id = e.follower_id))
      returning f.follower_id, f.followee_id, f.state),
    ${countDelta(sql`select follower_id, followee_id, -1 from gone where state = 'ACTIVE'`)}
    select * from gone`);
}

/** Says of edges that they have ended. */
export function announceEnded(tx: Tx, rows: readonly EndedRow[], reason: UnfollowReason): void {
  for (const { follower_id: followerId, followee_id: followeeId, state } of rows)
    tx.publish(AccountUnfollowedSchema, { followerId, followeeId, reason, pending: state === "PENDING" });
}
