import { DraftService } from "#gen/skein/content/v1/draft_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { draftOf, listDrafts as list } from "../store/drafts.ts";
import { AFTER_ALL } from "../store/moment.ts";

const METHOD = DraftService.method.listDrafts;

/** Pages through the caller's drafts, latest change first. */
export const listDrafts =
  ({ db, cursors }: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const [moment = AFTER_ALL[0], id = AFTER_ALL[1]] = cursors.read(METHOD, request, request.pageToken).after ?? [];
    const limit = pageSize(request.pageSize);
    const rows = await list(db.query, { accountId: callerOf(ctx), after: [moment, id], most: limit + 1 });
    const { items, nextPageToken } = cursors.page(METHOD, request, rows, limit, (row) => [row.updated_at, row.id]);
    return { drafts: items.map(draftOf), nextPageToken };
  };
