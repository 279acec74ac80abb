import { RevocationReason } from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { revokeSession as end } from "../store/revoke.ts";

/** Ends one session of the caller; one that is unknown, ended or somebody else's gets the same answer. */
export const revokeSession =
  ({ db, config }: Deps): Rpc<typeof SessionService.method.revokeSession> =>
  async ({ sessionId }, ctx) => {
    const id = sessionId || ctx.actor?.sessionId;
    if (!id) return {};
    const ending = {
      accountId: callerOf(ctx),
      sessionId: id,
      reason: RevocationReason.SIGNED_OUT,
      now: ctx.now,
      ttlMs: config.accessTtl,
    };
    await db.commit(ctx, (tx) => end(tx, ending));
    return {};
  };
