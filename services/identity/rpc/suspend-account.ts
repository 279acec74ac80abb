import { AccountState } from "#gen/skein/identity/v1/account_pb.ts";
import type { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { moderated } from "../rules/moderator.ts";
import { stampOf } from "../store/accounts.ts";
import { settleProfile } from "../store/profiles.ts";
import { lockWithAdministrators, refuseLastAdministrator } from "../store/roles.ts";
import { requireSession } from "../store/sessions.ts";
import { suspend } from "../store/suspension.ts";

/** Hides an account at once, whatever its owner does; doing it again changes nothing, the reason included. */
export const suspendAccount =
  (deps: Deps): Rpc<typeof IdentityService.method.suspendAccount> =>
  async ({ accountId: given, reason }, ctx) => {
    const by = callerOf(ctx);
    const accountId = given.toLowerCase();
    const { row, changed, since } = await deps.db.commit(ctx, async (tx) => {
      const locked = await lockWithAdministrators(tx.query, [by, accountId]);
      const target = moderated(locked, by, accountId);
      await requireSession(tx.query, ctx);
      if (target.roles.includes("ADMIN")) refuseLastAdministrator(locked, accountId);
      return suspend(tx, { accountId, reason, by, now: ctx.now }, deps.config.accessTtl);
    });
    if (changed) await settleProfile(deps, row);
    return { state: AccountState[row.state], suspendedAt: stampOf(since) };
  };
