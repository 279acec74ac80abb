import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { meshFailure } from "#mesh/failure.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { allowanceOf } from "../store/allowance.ts";
import { addBlock } from "../store/blocks.ts";
import { listPlacesOf } from "../store/list-places.ts";
import { requireOther } from "../store/visible-accounts.ts";

/** What was seen may have changed when it is written: then it is looked at anew. */
const ROUNDS = 3;

/** Parts the caller and an account from the moment of the answer on; blocking again changes nothing. */
export const blockAccount =
  (deps: Deps): Rpc<typeof GraphService.method.blockAccount> =>
  async (request, ctx) => {
    const blockerId = callerOf(ctx);
    const blockedId = request.accountId.toLowerCase();
    if (blockedId === blockerId) throw failure("SELF_BLOCK");
    for (let round = 0; round < ROUNDS; round++) {
      const [{ relation, edge }, places] = await Promise.all([
        requireOther(deps, ctx, blockedId),
        listPlacesOf(deps.db.query, blockerId, [blockedId]),
      ]);
      if (relation.blocking) return {};
      const listIds = places.map(({ list_id }) => list_id);
      const most = deps.config.mostBlocks;
      if (await addBlock(deps.db, ctx, { blockerId, blockedId, edge, listIds, at: ctx.now, most })) return {};
    }
    const { blocks } = await allowanceOf(deps.db.query, deps.config, blockerId);
    throw blocks === 0 ? failure("TOO_MANY_BLOCKS") : meshFailure("TOO_BUSY", { retryAfterMs: 100 });
  };
