import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { dismiss } from "../store/suggestions.ts";
import { requireOther } from "../store/visible-accounts.ts";

/** Leaves an account out of the caller's suggestions; doing it again begins the time anew. */
export const dismissSuggestion =
  (deps: Deps): Rpc<typeof GraphService.method.dismissSuggestion> =>
  async (request, ctx) => {
    const { accountId } = await requireOther(deps, ctx, request.accountId.toLowerCase());
    await dismiss(deps.db.query, callerOf(ctx), accountId, ctx.now);
    return {};
  };
