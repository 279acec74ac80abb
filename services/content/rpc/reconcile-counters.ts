import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { driftsOf } from "../rules/drift.ts";
import { findDrift, postsAfter, postsNamed, repairDrift } from "../store/reconcile.ts";

const METHOD = EngagementService.method.reconcileCounters;

/** Recounts some posts, or one page of all; reports what was wrong and puts it right unless it is only asked to look. */
export const reconcileCounters =
  ({ db, cursors }: Deps): Rpc<typeof METHOD> =>
  async (request) => {
    const { postIds, dryRun, pageToken } = request;
    const named = postIds.length > 0;
    const limit = named ? postIds.length : pageSize(request.pageSize);
    const { after } = cursors.read(METHOD, request, pageToken);
    const found = named ? await postsNamed(db.query, postIds) : await postsAfter(db.query, after?.[0], limit + 1);
    const { items, nextPageToken } = cursors.page(METHOD, request, found, limit, ({ id }) => [id]);
    const ids = items.map(({ id }) => id);
    const rows = dryRun ? await findDrift(db.query, ids) : await repairDrift(db, ids);
    return { drifts: driftsOf(rows), checked: ids.length, nextPageToken };
  };
