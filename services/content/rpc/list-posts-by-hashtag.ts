import { HashtagService } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { requireTag } from "../rules/hashtag.ts";
import { postsWithTag } from "../store/hashtags.ts";
import { AFTER_ALL } from "../store/moment.ts";
import { candidatesFor, showScanned } from "../view/scan.ts";

const METHOD = HashtagService.method.listPostsByHashtag;

/** Pages through the public posts with a tag, newest first. */
export const listPostsByHashtag =
  (deps: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const tag = requireTag(request.tag);
    const [after = AFTER_ALL[1]] = deps.cursors.read(METHOD, request, request.pageToken).after ?? [];
    const limit = pageSize(request.pageSize);
    const most = candidatesFor(limit);
    const rows = await postsWithTag(deps.db.query, { tag, after, most });
    const seen = { rows, more: rows.length === most };
    const shown = await showScanned(deps, ctx, METHOD, request, seen, { limit, keyOf: ({ post_id }) => [post_id] });
    return { ...shown, readInfo: await deps.feeds.readInfo(ctx) };
  };
