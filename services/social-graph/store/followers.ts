import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { EdgeState } from "../rules/edge.ts";
import type { After } from "./moments.ts";
import type { Query } from "./query.ts";

/** One edge, or request, as it is kept by followee. */
export interface FollowerRow {
  readonly followerId: string;
  readonly followeeId: string;
  /** The follower's partition, and how far its log was when the edge became so. */
  readonly bucket: number;
  readonly version: bigint;
  /** Absent where the edge has ended. */
  readonly state: EdgeState | undefined;
  readonly followedAt: Date;
}

/** Brings edges by followee to what is given, each at most once; what is newer stays. */
export async function mirrorEdges(tx: Tx, edges: readonly FollowerRow[]): Promise<void> {
  const there = edges.filter(({ state }) => state !== undefined);
  const ended = edges.filter(({ state }) => state === undefined);
  if (there.length > 0)
    await tx.query(sql`insert into follower (followee_id, bucket, follower_id, state, followed_at, version)
      select * from unnest(${there.map(({ followeeId }) => followeeId)}::uuid[], ${there.map(({ bucket }) => bucket)}::smallint[],
        ${there.map(({ followerId }) => followerId)}::uuid[], ${there.map(({ state }) => state)}::text[],
        ${there.map(({ followedAt }) => followedAt)}::timestamptz[], ${there.map(({ version }) => version)}::bigint[])
      on conflict (followee_id, bucket, follower_id) do update
        set state = excluded.state, followed_at = excluded.followed_at, version = excluded.version
        where follower.version <= excluded.version`);
  if (ended.length > 0)
    await tx.query(sql`delete from follower f using unnest(${ended.map(({ followeeId }) => followeeId)}::uuid[],
        ${ended.map(({ bucket }) => bucket)}::smallint[], ${ended.map(({ followerId }) => followerId)}::uuid[],
        ${ended.map(({ version }) => version)}::bigint[]) as e (followee_id, bucket, follower_id, version)
      where f.followee_id = e.followee_id and f.bucket = e.bucket and f.follower_id = e.follower_id and f.version <= e.version`);
}

/** Forgets a whole bucket, before it is read anew. */
export const clearFollowers = (tx: Tx, bucket: number) =>
  tx.query(sql`delete from follower where bucket = ${bucket}::smallint`);

/** One account in a list by when an edge began. */
export interface EdgeRow {
  readonly id: string;
  readonly moment: string;
}

/** Who follows an account behind a place, newest first. */
export const followersAfter = (query: Query, followeeId: string, [moment, id]: After, limit: number) =>
  query<EdgeRow>(sql`select follower_id as id, followed_at as moment from follower
    where followee_id = ${followeeId} and state = 'ACTIVE' and (followed_at, follower_id) < (${moment}::timestamptz, ${id}::uuid)
    order by followed_at desc, follower_id desc limit ${limit}::int`);

/** Who asks to follow an account behind a place, newest first. */
export const requestsAfter = (query: Query, followeeId: string, [moment, id]: After, limit: number) =>
  query<EdgeRow>(sql`select follower_id as id, followed_at as moment from follower
    where followee_id = ${followeeId} and state = 'PENDING' and (followed_at, follower_id) < (${moment}::timestamptz, ${id}::uuid)
    order by followed_at desc, follower_id desc limit ${limit}::int`);

/** Whom an account follows behind a place, newest first. */
export const followingAfter = (query: Query, followerId: string, [moment, id]: After, limit: number) =>
  query<EdgeRow>(sql`select followee_id as id, followed_at as moment from follow
    where follower_id = ${followerId} and state = 'ACTIVE' and (followed_at, followee_id) < (${moment}::timestamptz, ${id}::uuid)
    order by followed_at desc, followee_id desc limit ${limit}::int`);

/** The same, of those who follow it back. */
export const mutualsAfter = (query: Query, followerId: string, [moment, id]: After, limit: number) =>
  query<EdgeRow>(sql`select f.followee_id as id, f.followed_at as moment from follow f
      join follow back on back.follower_id = f.followee_id and back.followee_id = f.follower_id and back.state = 'ACTIVE'
    where f.follower_id = ${followerId} and f.state = 'ACTIVE'
      and (f.followed_at, f.followee_id) < (${moment}::timestamptz, ${id}::uuid)
    order by f.followed_at desc, f.followee_id desc limit ${limit}::int`);
