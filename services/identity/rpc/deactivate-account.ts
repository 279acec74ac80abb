import { AccountDeactivatedSchema, RevocationReason } from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { inState } from "../rules/state.ts";
import { type AccountRow, accountOf, lockAccount } from "../store/accounts.ts";
import { changeAccount } from "../store/changes.ts";
import { settleProfile } from "../store/profiles.ts";
import { revokeAllSessions } from "../store/revoke.ts";

/** Hides the caller's account and ends its other sessions, once. A suspended one stays suspended, and hidden afterwards. */
export const deactivateAccount =
  (deps: Deps): Rpc<typeof IdentityService.method.deactivateAccount> =>
  async (_, ctx) => {
    const accountId = callerOf(ctx);
    let after: AccountRow | undefined;
    const answer = await deps.db.commit(ctx, async (tx) => {
      after = undefined; // an attempt that lost a race left what never was
      const row = inState(await lockAccount(tx.query, accountId), "ACTIVE", "DEACTIVATED", "SUSPENDED");
      if (row.deactivated_at !== null) return { account: accountOf(row) };
      const state = row.state === "SUSPENDED" ? row.state : "DEACTIVATED";
      after = await changeAccount(tx, row, { public: { state, deactivated_at: ctx.now.toISOString() }, now: ctx.now });
      const keep = ctx.actor?.sessionId || undefined;
      const reason = RevocationReason.ACCOUNT_CLOSED;
      await revokeAllSessions(tx, { accountId, keep, reason, now: ctx.now, ttlMs: deps.config.accessTtl });
      tx.publish(AccountDeactivatedSchema, { accountId });
      return { account: accountOf(after) };
    });
    if (after) await settleProfile(deps, after);
    return answer;
  };
