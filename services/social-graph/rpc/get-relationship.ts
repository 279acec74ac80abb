import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { listPlacesOf } from "../store/list-places.ts";
import { relationshipOf } from "../store/relationships.ts";
import { requireOther } from "../store/visible-accounts.ts";

/** Everything between the caller and one account. */
export const getRelationship =
  (deps: Deps): Rpc<typeof GraphService.method.getRelationship> =>
  async (request, ctx) => {
    const readInfo = await deps.feeds.readInfo(ctx, "mirror-accounts");
    const id = request.accountId.toLowerCase();
    const [tie, places] = await Promise.all([
      requireOther(deps, ctx, id),
      listPlacesOf(deps.db.query, callerOf(ctx), [id]),
    ]);
    return { relationship: relationshipOf(tie, places), readInfo };
  };
