import { Relation_Standing as Standing } from "#gen/skein/common/v1/visibility_pb.ts";
import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { activateFollow } from "../store/follows.ts";
import { relationsOf } from "../store/relations.ts";

/** The request may be withdrawn, or changed, while it is accepted: then it is looked at once more. */
const ROUNDS = 2;

/** Turns a request into an edge; whoever follows already stays so. */
export const acceptFollowRequest =
  (deps: Deps): Rpc<typeof GraphService.method.acceptFollowRequest> =>
  async ({ accountId }, ctx) => {
    const ends = { followerId: accountId.toLowerCase(), followeeId: callerOf(ctx) };
    for (let round = 0; round < ROUNDS; round++) {
      // Seen from whoever asked: the edge is theirs, and so is where they stand. Who is hidden asks nothing.
      const ties = await relationsOf(deps, ends.followerId, [ends.followeeId, ends.followerId]);
      const tie = ties.get(ends.followeeId);
      const there = ties.get(ends.followerId)?.relation.standing === Standing.ACTIVE;
      const edge = !there || tie?.relation.blocking || tie?.relation.blockedBy ? undefined : tie?.edge;
      if (!edge) break;
      if (edge.state === "ACTIVE") return {};
      if (await activateFollow(deps.db, ctx, ends, { edge, accepted: true, at: ctx.now })) return {};
    }
    throw failure("REQUEST_NOT_FOUND");
  };
