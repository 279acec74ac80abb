import { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { listBookmarks as list } from "../store/bookmarks.ts";
import { page } from "../view/page.ts";

const METHOD = CollectionService.method.listBookmarks;

/** Pages through what the caller saved, latest first; posts that went out of sight are left out, and come back with it. */
export const listBookmarks =
  (deps: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const { after } = deps.cursors.read(METHOD, request, request.pageToken);
    const limit = pageSize(request.pageSize);
    const rows = await list(deps.db, { accountId: callerOf(ctx), after, limit });
    const { items, nextPageToken } = deps.cursors.page(METHOD, request, rows, limit, (row) => [
      row.saved_at,
      row.post_id,
    ]);
    const posts = await page(
      deps,
      ctx,
      items.map(({ post_id }) => post_id),
    );
    return { posts, nextPageToken, readInfo: await deps.feeds.readInfo(ctx) };
  };
