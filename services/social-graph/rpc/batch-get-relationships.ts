import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { listPlacesOf } from "../store/list-places.ts";
import { relationshipOf } from "../store/relationships.ts";
import { visibleAccounts } from "../store/visible-accounts.ts";

/** Many relationships in the order asked, repetitions included; whoever is not there for the caller is left out. */
export const batchGetRelationships =
  (deps: Deps): Rpc<typeof GraphService.method.batchGetRelationships> =>
  async ({ accountIds }, ctx) => {
    const readInfo = await deps.feeds.readInfo(ctx, "mirror-accounts");
    const ids = accountIds.map((id) => id.toLowerCase());
    // One's own side is open to oneself: also whom one blocks, whether or not they block back.
    const [seen, places] = await Promise.all([
      visibleAccounts(deps, ctx, Surface.SELF, ids),
      listPlacesOf(deps.db.query, callerOf(ctx), ids),
    ]);
    const relationships = ids.flatMap((id) => {
      const tie = seen.get(id);
      return tie ? [relationshipOf(tie, places)] : [];
    });
    return { relationships, readInfo };
  };
