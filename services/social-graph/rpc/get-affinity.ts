import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { affinitiesOf } from "../store/affinity.ts";
import { requireAccount } from "../store/visible-accounts.ts";

/** How close an account is to the caller, and why: what ranking knows, told to whom it is about. */
export const getAffinity =
  (deps: Deps): Rpc<typeof GraphService.method.getAffinity> =>
  async (request, ctx) => {
    const readInfo = await deps.feeds.readInfo(ctx, "score-affinity", "mirror-accounts");
    const { accountId } = await requireAccount(deps, ctx, Surface.RELATIONS, request.accountId.toLowerCase());
    const [affinity] = await affinitiesOf(deps, callerOf(ctx), [accountId], ctx.now);
    return { ...(affinity && { affinity }), readInfo };
  };
