import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { meshFailure } from "#mesh/failure.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { followOf, PLAIN } from "../rules/edge.ts";
import { allowanceOf } from "../store/allowance.ts";
import { activateFollow, addFollow } from "../store/follows.ts";
import { requireOther } from "../store/visible-accounts.ts";

/** What was seen may have changed when it is written: then it is looked at anew. */
const ROUNDS = 3;

/** Adds one edge, or asks for it, and announces it once; doing it again changes nothing and is no error. */
export const followAccount =
  (deps: Deps): Rpc<typeof GraphService.method.followAccount> =>
  async (request, ctx) => {
    const followerId = callerOf(ctx);
    const followeeId = request.accountId.toLowerCase();
    if (followeeId === followerId) throw failure("SELF_FOLLOW");
    const ends = { followerId, followeeId };
    const at = ctx.now;
    for (let round = 0; round < ROUNDS; round++) {
      const { edge, relation, privacy } = await requireOther(deps, ctx, followeeId);
      if (relation.blocking) throw failure("BLOCKED_BY_YOU");
      const { locked } = privacy;
      if (edge && (edge.state === "ACTIVE" || locked)) return { follow: followOf(followeeId, edge) };
      const written = edge
        ? await activateFollow(deps.db, ctx, ends, { edge, accepted: false, at })
        : await addFollow(deps.db, ctx, { ...ends, locked, at, most: deps.config.mostFollows });
      if (written) {
        const state = locked ? "PENDING" : "ACTIVE";
        return { follow: followOf(followeeId, { ...(edge ?? PLAIN), state, followedAt: at.toISOString() }) };
      }
    }
    const { follows } = await allowanceOf(deps.db.query, deps.config, followerId);
    throw follows === 0 ? failure("TOO_MANY_FOLLOWS") : meshFailure("TOO_BUSY", { retryAfterMs: 100 });
  };
