import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { affinitiesOf } from "../store/affinity.ts";

/** How close accounts are to a viewer, in the order asked; whom nobody knows is a stranger like any other. */
export const batchGetAffinity =
  (deps: Deps): Rpc<typeof GraphService.method.batchGetAffinity> =>
  async ({ viewerId, accountIds }, ctx) => {
    const readInfo = await deps.feeds.readInfo(ctx, "score-affinity");
    const asked = accountIds.map((id) => id.toLowerCase());
    return { affinities: await affinitiesOf(deps, viewerId.toLowerCase(), asked, ctx.now), readInfo };
  };
