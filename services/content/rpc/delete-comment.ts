import type { ThreadService } from "#gen/skein/content/v1/thread_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { deletePost } from "../posting/delete.ts";

/** Deletes a reply like any post; what is no reply is not found. */
export const deleteComment =
  (deps: Deps): Rpc<typeof ThreadService.method.deleteComment> =>
  async ({ commentId }, ctx) => {
    await deletePost(deps, ctx, commentId, { repliesOnly: true });
    return {};
  };
