import { UnfollowReason } from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { endFollow } from "../store/follows.ts";

/** Ends the caller's edge, or withdraws the request for it; where there is neither, whoever it was about, nothing happens. */
export const unfollowAccount =
  ({ db }: Deps): Rpc<typeof GraphService.method.unfollowAccount> =>
  async ({ accountId }, ctx) => {
    const ends = { followerId: callerOf(ctx), followeeId: accountId.toLowerCase() };
    await endFollow(db, ctx, ends, UnfollowReason.UNFOLLOWED);
    return {};
  };
