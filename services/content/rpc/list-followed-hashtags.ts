import { HashtagService } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { followedOf, listFollowed } from "../store/hashtags.ts";

const METHOD = HashtagService.method.listFollowedHashtags;

/** Pages through the tags that the caller follows, latest first. */
export const listFollowedHashtags =
  ({ db, cursors }: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const [moment = "infinity", tag = ""] = cursors.read(METHOD, request, request.pageToken).after ?? [];
    const limit = pageSize(request.pageSize);
    const rows = await listFollowed(db.query, { accountId: callerOf(ctx), after: [moment, tag], most: limit + 1 });
    const { items, nextPageToken } = cursors.page(METHOD, request, rows, limit, (row) => [row.followed_at, row.tag]);
    return { hashtags: items.map(followedOf), nextPageToken };
  };
