import { ThreadOrder, ThreadService } from "#gen/skein/content/v1/thread_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { replyPage } from "../view/reply-page.ts";

const method = ThreadService.method.listReplies;

/** Pages through the direct replies to a post. */
export const listReplies =
  (deps: Deps): Rpc<typeof method> =>
  async (request, ctx) => {
    const order = request.order || ThreadOrder.OLDEST;
    const { posts, nextPageToken } = await replyPage(deps, ctx, method, request, order);
    return { posts, nextPageToken, readInfo: await deps.feeds.readInfo(ctx) };
  };
