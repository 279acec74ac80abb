import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";

/** What became of one edge. Its shard is the follower's partition, which also is the bucket of the follower's home. */
export interface EdgeChange {
  readonly followerId: string;
  readonly followeeId: string;
  readonly shard: number;
  /** KEPT: there, as it is here. SET: if it is there, this is said of it. ENDED: not there. */
  readonly outcome: "KEPT" | "SET" | "ENDED";
  readonly followedAt: Date;
  readonly hideReposts: boolean;
  readonly hideFromHome: boolean;
}

const columns = (edges: readonly EdgeChange[]) => ({
  followers: edges.map(({ followerId }) => followerId),
  followees: edges.map(({ followeeId }) => followeeId),
  shards: edges.map(({ shard }) => shard),
  at: edges.map(({ followedAt }) => followedAt),
  hideReposts: edges.map(({ hideReposts }) => hideReposts),
  hideFromHome: edges.map(({ hideFromHome }) => hideFromHome),
});

/** Brings edges to what is given, each at most once. Whoever remembers an account's followees looks again after that. */
export async function changeEdges(tx: Tx, edges: readonly EdgeChange[]): Promise<void> {
  const kept = edges.filter(({ outcome }) => outcome === "KEPT");
  const set = edges.filter(({ outcome }) => outcome === "SET");
  const ended = edges.filter(({ outcome }) => outcome === "ENDED");
  if (kept.length > 0) await keep(tx, kept);
  if (set.length > 0) await setFlags(tx, set);
  if (ended.length > 0) await end(tx, ended);
}

async function keep(tx: Tx, edges: readonly EdgeChange[]): Promise<void> {
  const { followers, followees, shards, at, hideReposts, hideFromHome } = columns(edges);
  await tx.query(sql`with kept as (
      insert into follow (follower_id, followee_id, shard, followed_at, hide_reposts, hide_from_home)
      select * from unnest(${followers}::uuid[], ${followees}::uuid[], ${shards}::smallint[], ${at}::timestamptz[],
        ${hideReposts}::boolean[], ${hideFromHome}::boolean[])
      on conflict (follower_id, followee_id) do update set followed_at = excluded.followed_at,
        hide_reposts = excluded.hide_reposts, hide_from_home = excluded.hide_from_home
      returning follower_id, shard)
    insert into following (account_id, shard, version)
    select distinct follower_id, shard, 1 from kept order by follower_id
    on conflict (account_id) do update set version = following.version + 1`);
}

async function setFlags(tx: Tx, edges: readonly EdgeChange[]): Promise<void> {
  const { followers, followees, hideReposts, hideFromHome } = columns(edges);
  await tx.query(sql`with said as (
      update follow f set hide_reposts = e.hide_reposts, hide_from_home = e.hide_from_home
      from unnest(${followers}::uuid[], ${followees}::uuid[], ${hideReposts}::boolean[], ${hideFromHome}::boolean[])
        as e (follower_id, followee_id, hide_reposts, hide_from_home)
      where f.follower_id = e.follower_id and f.followee_id = e.followee_id returning f.follower_id)
    update following set version = version + 1 where account_id in (select follower_id from said)`);
}

async function end(tx: Tx, edges: readonly EdgeChange[]): Promise<void> {
  const { followers, followees } = columns(edges);
  await tx.query(sql`with gone as (
      delete from follow f using unnest(${followers}::uuid[], ${followees}::uuid[]) as e (follower_id, followee_id)
      where f.follower_id = e.follower_id and f.followee_id = e.followee_id returning f.follower_id)
    update following set version = version + 1 where account_id in (select follower_id from gone)`);
}

/** Forgets all edges of a shard, before they are read anew. Their versions stay: those must not begin again. */
export const clearEdges = (tx: Tx, shard: number): Promise<unknown> =>
  tx.query(sql`with gone as (delete from follow where shard = ${shard}::smallint)
    update following set version = version + 1 where shard = ${shard}::smallint`);
