import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { knownFollowersAfter } from "../store/known-followers.ts";
import { connectionOf, pageOfAccounts } from "../store/page-of-accounts.ts";
import { requireAccount, withholds } from "../store/visible-accounts.ts";

const METHOD = GraphService.method.listKnownFollowers;

/** Pages through an account's followers whom the caller follows, newest first: the edges themselves, not their mirror. */
export const listKnownFollowers =
  (deps: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const readInfo = await deps.feeds.readInfo(ctx, "mirror-accounts");
    const accountId = request.accountId.toLowerCase();
    if (withholds(await requireAccount(deps, ctx, Surface.RELATIONS, accountId))) return { withheld: true, readInfo };
    const asked = { viewerId: callerOf(ctx), accountId };
    const { items, nextPageToken } = await pageOfAccounts(deps, ctx, {
      ...{ method: METHOD, request },
      read: (after, limit) => knownFollowersAfter(deps.db.query, asked, after, limit),
    });
    return { followers: items.map((item) => connectionOf(ctx, item)), nextPageToken, readInfo };
  };
