import { ContentFilterService } from "#gen/skein/content/v1/content_filter_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { filterOf, listFilters } from "../store/kept-filters.ts";
import { AFTER_ALL } from "../store/moment.ts";

const METHOD = ContentFilterService.method.listContentFilters;

/** Pages through the caller's filters, newest first, also those that have expired. */
export const listContentFilters =
  ({ db, cursors }: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const [moment = AFTER_ALL[0], id = AFTER_ALL[1]] = cursors.read(METHOD, request, request.pageToken).after ?? [];
    const limit = pageSize(request.pageSize);
    const rows = await listFilters(db.query, { accountId: callerOf(ctx), after: [moment, id], most: limit + 1 });
    const { items, nextPageToken } = cursors.page(METHOD, request, rows, limit, (row) => [row.created_at, row.id]);
    return { filters: items.map(filterOf), nextPageToken };
  };
