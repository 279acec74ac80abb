import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { PostSharedSchema, PostUnsharedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { type Context, callerOf } from "#mesh/context.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Db } from "#mesh/store/database.ts";
import { event } from "#mesh/store/log.ts";
import { sql } from "#mesh/store/sql.ts";
import { countDelta, Kind } from "./count-delta.ts";
import type { Engager } from "./likes.ts";
import { AFTER_ALL } from "./moment.ts";

interface Share {
  readonly id: string;
  readonly post_id: string;
  readonly author_id: string;
}

/** Shares a post under a new id, counts it and announces it, in one statement; again finds the share that is there. */
export async function addShare(
  db: Db,
  ctx: Context,
  { id, authorId, shareId }: { id: string; authorId: string; shareId: string },
): Promise<string> {
  const sharerId = callerOf(ctx);
  const sharedAt = timestampFromDate(ctx.now);
  const made = await db.write(ctx, {
    effect: sql`effect as (insert into post_share (sharer_id, post_id, author_id, id, shard, shared_at)
        values (${sharerId}, ${id}, ${authorId}, ${shareId}, ${partitionOf(sharerId)}, ${ctx.now})
        on conflict do nothing returning post_id),
      ${countDelta(Kind.SHARES, 1)}`,
    publish: [event(PostSharedSchema, { sharerId, postId: id, authorId, shareId, sharedAt })],
  });
  if (made.length > 0) return shareId;
  return (await shareOf(db, sharerId, id))?.id ?? shareId; // taken back this very moment: then none is there
}

/** Takes a share back. The event names author and share, whom only the row knows: it is read first. */
export async function removeShare(db: Db, ctx: Context, asked: string): Promise<void> {
  const sharerId = callerOf(ctx);
  const share = await shareOf(db, sharerId, asked);
  if (!share) return;
  const { id: shareId, post_id: postId, author_id: authorId } = share;
  await db.write(ctx, {
    effect: sql`effect as (delete from post_share where sharer_id = ${sharerId} and post_id = ${postId} and id = ${shareId}
        returning post_id),
      ${countDelta(Kind.SHARES, -1)}`,
    publish: [event(PostUnsharedSchema, { sharerId, postId, authorId, shareId })],
  });
}

async function shareOf(db: Db, sharerId: string, postId: string): Promise<Share | undefined> {
  const [share] = await db.query<Share>(
    sql`select id, post_id, author_id from post_share where sharer_id = ${sharerId} and post_id = ${postId}`,
  );
  return share;
}

/** Who shared a post, latest first, and one more if there are more. */
export function listSharers(
  db: Db,
  { postId, after, limit }: { postId: string; after: readonly string[] | undefined; limit: number },
): Promise<Engager[]> {
  const [at, id] = after ?? AFTER_ALL;
  return db.query(sql`select sharer_id as account_id, shared_at as at from post_share
    where post_id = ${postId} and (shared_at, sharer_id) < (${at}::timestamptz, ${id}::uuid)
    order by shared_at desc, sharer_id desc limit ${limit + 1}::int`);
}
