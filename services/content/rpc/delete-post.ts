import type { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { deletePost as takeAway } from "../posting/delete.ts";

/** Takes a post away at once; again changes nothing. */
export const deletePost =
  (deps: Deps): Rpc<typeof PostService.method.deletePost> =>
  async ({ postId }, ctx) => ({ undoUntil: await takeAway(deps, ctx, postId) });
