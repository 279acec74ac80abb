import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { PostDeletedSchema, PostUnpinnedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { type Context, callerOf } from "#mesh/context.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { buryPost, type Held, holdPost } from "../store/post-states.ts";

/** Takes a post away, if it is the caller's or the caller moderates; says until when that can be undone. */
export const deletePost = (
  { db, config }: Deps,
  ctx: Context,
  postId: string,
  { repliesOnly = false } = {},
): Promise<ReturnType<typeof timestampFromDate>> => {
  const { now } = ctx;
  return db.commit(ctx, async (tx) => {
    const held = await holdPost(tx, postId);
    if (!held || !mayDelete(ctx, held) || (repliesOnly && !held.isReply)) throw failure("POST_NOT_FOUND");
    const undoUntil = (from: Date) => timestampFromDate(new Date(from.getTime() + config.undoWindow));
    if (held.deletedAt) return undoUntil(held.deletedAt);
    const { pinned } = await buryPost(tx, held, { by: callerOf(ctx), now });
    const { id, authorId, card, version } = held;
    tx.publish(PostDeletedSchema, {
      ...{ authorId, postId: id, version: version + 1n, deletedAt: timestampFromDate(now) },
      byModerator: authorId !== callerOf(ctx),
      ...(card?.reply && { reply: card.reply }),
      mediaIds: card?.media.map(({ mediaId }) => mediaId) ?? [],
    });
    if (pinned) tx.publish(PostUnpinnedSchema, { authorId, postId: id });
    return undoUntil(now);
  });
};

/** Whether a post is the caller's affair; whoever is suspended has no say about others. */
export const mayDelete = (ctx: Context, { authorId }: Held): boolean => authorId === callerOf(ctx) || moderates(ctx);

const moderates = ({ actor }: Context): boolean =>
  actor !== undefined && !actor.suspended && (actor.roles.includes(Role.MODERATOR) || actor.roles.includes(Role.ADMIN));
