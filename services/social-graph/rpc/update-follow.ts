import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { meshFailure } from "#mesh/failure.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { type Flags, followOf } from "../rules/edge.ts";
import { changeFollow } from "../store/follows.ts";
import { relationsOf } from "../store/relations.ts";

/** Of two changes at once each keeps what the other set. */
const ROUNDS = 2;

/** Changes what is set, and nothing else; what is so already is announced to nobody. */
export const updateFollow =
  (deps: Deps): Rpc<typeof GraphService.method.updateFollow> =>
  async (request, ctx) => {
    const ends = { followerId: callerOf(ctx), followeeId: request.accountId.toLowerCase() };
    for (let round = 0; round < ROUNDS; round++) {
      const tie = (await relationsOf(deps, ends.followerId, [ends.followeeId])).get(ends.followeeId);
      const edge = tie?.relation.blocking || tie?.relation.blockedBy ? undefined : tie?.edge;
      if (!edge) throw failure("NOT_FOLLOWING");
      const flags: Flags = {
        hideReposts: request.hideReposts ?? edge.hideReposts,
        notifyOnPost: request.notifyOnPost ?? edge.notifyOnPost,
        hideFromHome: request.hideFromHome ?? edge.hideFromHome,
      };
      const same = (Object.keys(flags) as (keyof Flags)[]).every((name) => flags[name] === edge[name]);
      if (same || (await changeFollow(deps.db, ctx, ends, { edge, flags, at: ctx.now })))
        return { follow: followOf(ends.followeeId, { ...edge, ...flags }) };
    }
    throw meshFailure("TOO_BUSY", { retryAfterMs: 100 });
  };
