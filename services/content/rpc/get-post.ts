import type { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { page } from "../view/page.ts";

/** One post; deleted, hidden and unknown ones are one answer. */
export const getPost =
  (deps: Deps): Rpc<typeof PostService.method.getPost> =>
  async ({ postId }, ctx) => {
    const [post] = await page(deps, ctx, [postId]);
    if (!post) throw failure("POST_NOT_FOUND");
    return { post, readInfo: await deps.feeds.readInfo(ctx) };
  };
