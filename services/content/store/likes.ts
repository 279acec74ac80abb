import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { PostLikedSchema, PostUnlikedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { type Context, callerOf } from "#mesh/context.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Db } from "#mesh/store/database.ts";
import { event } from "#mesh/store/log.ts";
import { sql } from "#mesh/store/sql.ts";
import { countDelta, Kind } from "./count-delta.ts";
import { AFTER_ALL } from "./moment.ts";

/** Somebody who liked or shared a post, and when: the place in the list. */
export interface Engager {
  readonly account_id: string;
  readonly at: string;
}

/** Likes a post, counts it and announces it, in one statement; again does nothing. */
export async function addLike(db: Db, ctx: Context, { id, authorId }: { id: string; authorId: string }): Promise<void> {
  const likerId = callerOf(ctx);
  await db.write(ctx, {
    effect: sql`effect as (insert into post_like (liker_id, post_id, author_id, shard, liked_at)
        values (${likerId}, ${id}, ${authorId}, ${partitionOf(likerId)}, ${ctx.now}) on conflict do nothing returning post_id),
      ${countDelta(Kind.LIKES, 1)}`,
    publish: [event(PostLikedSchema, { likerId, postId: id, authorId, likedAt: timestampFromDate(ctx.now) })],
  });
}

/** Takes a like back. The event names the author, whom only the row knows: it is read first, and where there is none all is done. */
export async function removeLike(db: Db, ctx: Context, asked: string): Promise<void> {
  const likerId = callerOf(ctx);
  const [like] = await db.query<{ post_id: string; author_id: string }>(
    sql`select post_id, author_id from post_like where liker_id = ${likerId} and post_id = ${asked}`,
  );
  if (!like) return;
  const { post_id: postId, author_id: authorId } = like;
  await db.write(ctx, {
    effect: sql`effect as (delete from post_like where liker_id = ${likerId} and post_id = ${postId} returning post_id),
      ${countDelta(Kind.LIKES, -1)}`,
    publish: [event(PostUnlikedSchema, { likerId, postId, authorId })],
  });
}

/** Who likes a post, latest first, and one more if there are more. */
export function listLikers(
  db: Db,
  { postId, after, limit }: { postId: string; after: readonly string[] | undefined; limit: number },
): Promise<Engager[]> {
  const [at, id] = after ?? AFTER_ALL;
  return db.query(sql`select liker_id as account_id, liked_at as at from post_like
    where post_id = ${postId} and (liked_at, liker_id) < (${at}::timestamptz, ${id}::uuid)
    order by liked_at desc, liker_id desc limit ${limit + 1}::int`);
}
