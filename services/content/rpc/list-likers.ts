import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { listLikers as list } from "../store/likes.ts";
import { visiblePost, visibleProfiles } from "../view/page.ts";

const METHOD = EngagementService.method.listLikers;

/** Pages through who likes a post, latest first; whom the viewer may not see is left out, and the place moves on all the same. */
export const listLikers =
  (deps: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const { after } = deps.cursors.read(METHOD, request, request.pageToken);
    const limit = pageSize(request.pageSize);
    const { record } = await visiblePost(deps, ctx, request.postId);
    const rows = await list(deps.db, { postId: record.id, after, limit });
    const { items, nextPageToken } = deps.cursors.page(METHOD, request, rows, limit, (row) => [row.at, row.account_id]);
    const ids = items.map(({ account_id }) => account_id);
    return { likers: await visibleProfiles(deps, ctx, Surface.LIKERS, ids), nextPageToken };
  };
