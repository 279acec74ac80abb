import { RevocationReason } from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { revokeAllSessions as endAll } from "../store/revoke.ts";

/** Ends all sessions of the caller, on wish all but the one that asks. */
export const revokeAllSessions =
  ({ db, config }: Deps): Rpc<typeof SessionService.method.revokeAllSessions> =>
  async ({ keepCurrent }, ctx) => {
    const keep = keepCurrent ? ctx.actor?.sessionId || undefined : undefined;
    const ending = {
      accountId: callerOf(ctx),
      keep,
      reason: RevocationReason.SIGNED_OUT,
      now: ctx.now,
      ttlMs: config.accessTtl,
    };
    return { revoked: await db.commit(ctx, (tx) => endAll(tx, ending)) };
  };
