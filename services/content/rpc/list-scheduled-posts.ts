import { DraftService } from "#gen/skein/content/v1/draft_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { listScheduled, scheduledOf } from "../store/scheduled.ts";

const METHOD = DraftService.method.listScheduledPosts;
const BEFORE_ALL = ["-infinity", "00000000-0000-0000-0000-000000000000"] as const;

/** Pages through what of the caller waits or failed, soonest first. */
export const listScheduledPosts =
  ({ db, cursors }: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const [moment = BEFORE_ALL[0], id = BEFORE_ALL[1]] = cursors.read(METHOD, request, request.pageToken).after ?? [];
    const limit = pageSize(request.pageSize);
    const rows = await listScheduled(db.query, { accountId: callerOf(ctx), after: [moment, id], most: limit + 1 });
    const { items, nextPageToken } = cursors.page(METHOD, request, rows, limit, (row) => [row.due_at, row.id]);
    return { scheduledPosts: items.map(scheduledOf), nextPageToken };
  };
