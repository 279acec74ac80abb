import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { addBlock } from "../store/blocks.ts";
import { listPlacesOf } from "../store/list-places.ts";
import { requireOther } from "../store/visible-accounts.ts";

/** Parts the caller and an account from the moment of the answer on; blocking again changes nothing. */
export const blockAccount =
  (deps: Deps): Rpc<typeof GraphService.method.blockAccount> =>
  async (request, ctx) => {
    const blockerId = callerOf(ctx);
    const blockedId = request.accountId.toLowerCase();
    if (blockedId === blockerId) throw failure("SELF_BLOCK");
    const [{ relation, edge }, places] = await Promise.all([
      requireOther(deps, ctx, blockedId),
      listPlacesOf(deps.db.query, blockerId, [blockedId]),
    ]);
    if (relation.blocking) return {};
    const listIds = places.map(({ list_id }) => list_id);
    const most = deps.config.mostBlocks;
    if (await addBlock(deps.db, ctx, { blockerId, blockedId, edge, listIds, at: ctx.now, most })) return {};
    // Somebody else did it for the caller just now, unless it is one too many.
    const after = await requireOther(deps, ctx, blockedId);
    if (!after.relation.blocking) throw failure("TOO_MANY_BLOCKS");
    return {};
  };
