import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { accountsAfter, type Drift, findDrift, repairDrift } from "../store/reconcile.ts";

const METHOD = GraphService.method.reconcileCounters;
const FIRST = "00000000-0000-0000-0000-000000000000";

/** Recounts some accounts, or the next page of all, and repairs what differs. */
export const reconcileCounters =
  ({ db, cursors }: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const { accountIds, dryRun } = request;
    const limit = pageSize(request.pageSize);
    const [after = FIRST] = cursors.read(METHOD, request, request.pageToken).after ?? [];
    const found = accountIds.length > 0 ? accountIds : await accountsAfter(db.query, after, limit + 1);
    const most = accountIds.length > 0 ? accountIds.length : limit;
    const { items, nextPageToken } = cursors.page(METHOD, request, found, most, (id) => [id]);
    const drifts = dryRun
      ? await findDrift(db.query, items)
      : await db.commit(ctx, (tx) => repairDrift(tx, items, ctx.now));
    const examined = new Set(items.map((id) => id.toLowerCase())).size;
    return { examined, drifts: drifts.map((drift) => shownDrift(drift, !dryRun)), nextPageToken };
  };

function shownDrift({ account_id, kept_followers, kept_following, followers, following }: Drift, repaired: boolean) {
  const whole = (count: string) => (count.startsWith("-") ? 0n : BigInt(count)); // a message holds no negative count
  return {
    kept: { accountId: account_id, followers: whole(kept_followers), following: whole(kept_following) },
    counted: { accountId: account_id, followers: BigInt(followers), following: BigInt(following) },
    repaired,
  };
}
