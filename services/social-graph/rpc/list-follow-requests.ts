import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { requestsAfter } from "../store/followers.ts";
import { connectionOf, pageOfAccounts } from "../store/page-of-accounts.ts";

const METHOD = GraphService.method.listFollowRequests;

/** Pages through those who ask to follow the caller, newest first. */
export const listFollowRequests =
  (deps: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const readInfo = await deps.feeds.readInfo(ctx, "mirror-follow", "mirror-accounts");
    const { items, nextPageToken } = await pageOfAccounts(deps, ctx, {
      ...{ method: METHOD, request },
      read: (after, limit) => requestsAfter(deps.db.query, callerOf(ctx), after, limit),
    });
    return { requests: items.map((item) => connectionOf(ctx, item)), nextPageToken, readInfo };
  };
