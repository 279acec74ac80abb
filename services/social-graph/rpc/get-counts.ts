import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { countsOf, shownCounts } from "../store/counts.ts";
import { requireAccount } from "../store/visible-accounts.ts";

/** The counts of one account; of hidden and blocking ones not even that. */
export const getCounts =
  (deps: Deps): Rpc<typeof GraphService.method.getCounts> =>
  async (request, ctx) => {
    const readInfo = await deps.feeds.readInfo(ctx, "mirror-accounts");
    const { accountId } = await requireAccount(deps, ctx, Surface.PROFILE, request.accountId.toLowerCase());
    const [counts] = (await countsOf(deps.db.query, [accountId])).map(shownCounts);
    return { ...(counts && { counts }), readInfo };
  };
