import { create } from "@bufbuild/protobuf";
import { PostUndeletedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import type { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { mayDelete } from "../posting/delete.ts";
import { holdPost, revivePost } from "../store/post-states.ts";
import { page } from "../view/page.ts";

/** Brings back what the caller deleted a short while ago; what is there already stays as it is. */
export const undeletePost =
  (deps: Deps): Rpc<typeof PostService.method.undeletePost> =>
  async ({ postId }, ctx) => {
    await deps.db.commit(ctx, async (tx) => {
      const held = await holdPost(tx, postId);
      if (!held || !mayDelete(ctx, held)) throw failure("POST_NOT_FOUND");
      if (!held.deletedAt) return;
      if (held.deletedBy !== callerOf(ctx)) throw failure("POST_NOT_FOUND");
      const over = held.deletedAt.getTime() + deps.config.undoWindow <= ctx.now.getTime();
      if (over || !held.card) throw failure("UNDO_OVER");
      const card = create(PostCardSchema, { ...held.card, version: held.version + 1n });
      await revivePost(tx, card);
      tx.publish(PostUndeletedSchema, { authorId: held.authorId, postId: held.id, card });
    });
    const [post] = await page(deps, ctx, [postId]);
    return { ...(post && { post }) }; // a moderator may have brought back what is not for their own eyes
  };
