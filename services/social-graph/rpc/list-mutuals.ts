import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { mutualsAfter } from "../store/followers.ts";
import { connectionOf, pageOfAccounts } from "../store/page-of-accounts.ts";
import { requireAccount, withholds } from "../store/visible-accounts.ts";

const METHOD = GraphService.method.listMutuals;

/** Pages through whom an account follows and who follow it back, newest follow first, without those whom the caller may not see. */
export const listMutuals =
  (deps: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const readInfo = await deps.feeds.readInfo(ctx, "mirror-accounts");
    const id = request.accountId.toLowerCase();
    if (withholds(await requireAccount(deps, ctx, Surface.RELATIONS, id))) return { withheld: true, readInfo };
    const { items, nextPageToken } = await pageOfAccounts(deps, ctx, {
      ...{ method: METHOD, request },
      read: (after, limit) => mutualsAfter(deps.db.query, id, after, limit),
    });
    return { mutuals: items.map((item) => connectionOf(ctx, item)), nextPageToken, readInfo };
  };
