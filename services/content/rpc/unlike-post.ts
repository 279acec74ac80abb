import type { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { removeLike } from "../store/likes.ts";

/** Takes the caller's like back. Whoever lost sight of the post may do so too, and learns nothing of it. */
export const unlikePost =
  ({ db }: Deps): Rpc<typeof EngagementService.method.unlikePost> =>
  async ({ postId }, ctx) => {
    await removeLike(db, ctx, postId);
    return {};
  };
