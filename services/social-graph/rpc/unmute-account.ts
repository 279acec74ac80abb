import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { removeMute } from "../store/mutes.ts";

/** Ends the caller's mute of an account, also of one that is gone; where there is none nothing happens. */
export const unmuteAccount =
  ({ db }: Deps): Rpc<typeof GraphService.method.unmuteAccount> =>
  async ({ accountId }, ctx) => {
    await removeMute(db, ctx, callerOf(ctx), accountId.toLowerCase());
    return {};
  };
