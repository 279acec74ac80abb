import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { listQuotes as list } from "../store/consents.ts";
import { page, visiblePost } from "../view/page.ts";

const METHOD = EngagementService.method.listQuotes;

/** Pages through the posts that show a post as their quote, newest first. */
export const listQuotes =
  (deps: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const { after } = deps.cursors.read(METHOD, request, request.pageToken);
    const limit = pageSize(request.pageSize);
    const { record } = await visiblePost(deps, ctx, request.postId);
    const rows = await list(deps.db, { postId: record.id, after, limit });
    const { items, nextPageToken } = deps.cursors.page(METHOD, request, rows, limit, ({ id }) => [id]);
    const posts = await page(
      deps,
      ctx,
      items.map(({ id }) => id),
    );
    return { posts, nextPageToken, readInfo: await deps.feeds.readInfo(ctx) };
  };
