import type { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { page } from "../view/page.ts";

/** Many posts in the order asked, repetitions included; what the viewer may not see is left out. */
export const batchGetPosts =
  (deps: Deps): Rpc<typeof PostService.method.batchGetPosts> =>
  async ({ postIds }, ctx) => ({
    posts: await page(deps, ctx, postIds),
    readInfo: await deps.feeds.readInfo(ctx),
  });
