import { ThreadOrder, ThreadService } from "#gen/skein/content/v1/thread_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { replyPage } from "../view/reply-page.ts";

const method = ThreadService.method.listComments;

/** Pages through the direct replies to a post, oldest first. */
export const listComments =
  (deps: Deps): Rpc<typeof method> =>
  async (request, ctx) => {
    const { posts, nextPageToken } = await replyPage(deps, ctx, method, request, ThreadOrder.OLDEST);
    return { comments: posts, nextPageToken };
  };
