import type { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { withOwn } from "../rules/own-act.ts";
import { addLike } from "../store/likes.ts";
import { visiblePost } from "../view/page.ts";

/** Likes a post that the caller may see; again changes nothing. */
export const likePost =
  (deps: Deps): Rpc<typeof EngagementService.method.likePost> =>
  async ({ postId }, ctx) => {
    const { record } = await visiblePost(deps, ctx, postId);
    if (!record.viewer.liked) await addLike(deps.db, ctx, record);
    return { counts: withOwn(record.counts, "likes", record.viewer.liked) };
  };
