import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { PostLikedSchema, PostSharedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import { Kind } from "../store/count-delta.ts";

/** Something that an account did about a post, and when. The post must be there. */
export interface SeedAct {
  readonly actorId: string;
  readonly postId: string;
  readonly authorId: string;
  readonly at: Date;
}

/** A share; it has an id of its own. */
export interface SeedShare extends SeedAct {
  readonly id: string;
}

interface Made {
  readonly actor: string;
  readonly post_id: string;
}

const columns = (acts: readonly SeedAct[]) => ({
  actors: acts.map(({ actorId }) => actorId),
  posts: acts.map(({ postId }) => postId),
  authors: acts.map(({ authorId }) => authorId),
  shards: acts.map(({ actorId }) => partitionOf(actorId)),
  moments: acts.map(({ at }) => at),
});

/** Those of the acts whose rows were made just now, each with what the log says of it. */
function fresh<A extends SeedAct>(acts: readonly A[], made: readonly Made[]): A[] {
  const done = new Set(made.map(({ actor, post_id }) => `${actor} ${post_id}`));
  return acts.filter(({ actorId, postId }) => done.has(`${actorId} ${postId}`));
}

/** Likes many posts at once, counts and announces it; returns how many likes are new. */
export function seedLikes(db: Db, likes: readonly SeedAct[]): Promise<number> {
  const { actors, posts, authors, shards, moments } = columns(likes);
  return db.transact(async (tx) => {
    const made = await tx.query<Made>(sql`
      with effect as (insert into post_like (liker_id, post_id, author_id, shard, liked_at)
        select * from unnest(${actors}::uuid[], ${posts}::uuid[], ${authors}::uuid[], ${shards}::smallint[], ${moments}::timestamptz[])
        on conflict do nothing returning liker_id as actor, post_id),
      delta as (insert into count_delta (post_id, kind, delta)
        select post_id, ${Kind.LIKES}::smallint, count(*) from effect group by post_id)
      select * from effect`);
    const news = fresh(likes, made);
    for (const { actorId: likerId, postId, authorId, at } of news)
      tx.publish(PostLikedSchema, { likerId, postId, authorId, likedAt: timestampFromDate(at) });
    return news.length;
  });
}

/** Shares many posts at once, counts and announces it; returns how many shares are new. */
export function seedShares(db: Db, shares: readonly SeedShare[]): Promise<number> {
  const { actors, posts, authors, shards, moments } = columns(shares);
  return db.transact(async (tx) => {
    const made = await tx.query<Made>(sql`
      with effect as (insert into post_share (sharer_id, post_id, author_id, shard, shared_at, id)
        select * from unnest(${actors}::uuid[], ${posts}::uuid[], ${authors}::uuid[], ${shards}::smallint[], ${moments}::timestamptz[],
          ${shares.map(({ id }) => id)}::uuid[])
        on conflict do nothing returning sharer_id as actor, post_id),
      delta as (insert into count_delta (post_id, kind, delta)
        select post_id, ${Kind.SHARES}::smallint, count(*) from effect group by post_id)
      select * from effect`);
    const news = fresh(shares, made);
    for (const { actorId: sharerId, postId, authorId, id: shareId, at } of news)
      tx.publish(PostSharedSchema, { sharerId, postId, authorId, shareId, sharedAt: timestampFromDate(at) });
    return news.length;
  });
}
