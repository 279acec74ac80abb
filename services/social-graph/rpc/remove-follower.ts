import { UnfollowReason } from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { endFollow } from "../store/follows.ts";

/** Ends an account's follow of the caller, or its request; where there is neither, nothing happens. */
export const removeFollower =
  ({ db }: Deps): Rpc<typeof GraphService.method.removeFollower> =>
  async ({ accountId }, ctx) => {
    const ends = { followerId: accountId.toLowerCase(), followeeId: callerOf(ctx) };
    await endFollow(db, ctx, ends, UnfollowReason.REMOVED);
    return {};
  };
