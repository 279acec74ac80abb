import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { removeBlock } from "../store/blocks.ts";

/** Ends the caller's block of an account, also of one that is gone; where there is none nothing happens. */
export const unblockAccount =
  ({ db }: Deps): Rpc<typeof GraphService.method.unblockAccount> =>
  async ({ accountId }, ctx) => {
    await removeBlock(db, ctx, callerOf(ctx), accountId.toLowerCase());
    return {};
  };
