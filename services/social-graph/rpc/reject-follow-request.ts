import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { rejectFollow } from "../store/follows.ts";

/** Removes a request to the caller; where there is none nothing happens. */
export const rejectFollowRequest =
  ({ db }: Deps): Rpc<typeof GraphService.method.rejectFollowRequest> =>
  async ({ accountId }, ctx) => {
    await rejectFollow(db, ctx, { followerId: accountId.toLowerCase(), followeeId: callerOf(ctx) });
    return {};
  };
