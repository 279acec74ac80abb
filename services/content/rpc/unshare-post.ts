import type { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { removeShare } from "../store/shares.ts";

/** Takes the caller's share back. Whoever lost sight of the post may do so too, and learns nothing of it. */
export const unsharePost =
  ({ db }: Deps): Rpc<typeof EngagementService.method.unsharePost> =>
  async ({ postId }, ctx) => {
    await removeShare(db, ctx, postId);
    return {};
  };
