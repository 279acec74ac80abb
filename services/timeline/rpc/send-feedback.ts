import { FeedbackKind } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { changing } from "../hot/epochs.ts";
import { keepFeedback, takeBackFeedback } from "../store/feedback.ts";
import { visiblePost } from "../view/visible-post.ts";

/**
 * Keeps what the caller says about a post that it may see. Taking back asks for no post: what was said about one that
 * is gone by now can be taken back too, and nobody learns whether there is such a post.
 */
export const sendFeedback =
  (deps: Deps): Rpc<typeof TimelineService.method.sendFeedback> =>
  async ({ postId: asked, kind }, ctx) => {
    const [accountId, postId] = [callerOf(ctx), asked.toLowerCase()];
    if (kind === FeedbackKind.NONE) {
      await changing(deps, { viewers: [accountId] }, () => takeBackFeedback(deps.db, accountId, postId));
      return {};
    }
    const post = await visiblePost(deps, ctx, postId);
    if (!post) throw failure("POST_NOT_FOUND");
    const said = { accountId, postId, authorId: post.card.authorId, kind, at: ctx.now };
    await changing(deps, { viewers: [accountId] }, () => keepFeedback(deps.db, said));
    return {};
  };
