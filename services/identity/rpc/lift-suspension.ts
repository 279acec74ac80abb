import { AccountState } from "#gen/skein/identity/v1/account_pb.ts";
import type { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { moderated } from "../rules/moderator.ts";
import { settleProfile } from "../store/profiles.ts";
import { lockWithAdministrators } from "../store/roles.ts";
import { requireSession } from "../store/sessions.ts";
import { reinstate } from "../store/suspension.ts";

/** Ends a suspension; what its owner did meanwhile, hiding or deleting the account, stays done. */
export const liftSuspension =
  (deps: Deps): Rpc<typeof IdentityService.method.liftSuspension> =>
  async ({ accountId: given, reason }, ctx) => {
    const by = callerOf(ctx);
    const accountId = given.toLowerCase();
    const { row, changed } = await deps.db.commit(ctx, async (tx) => {
      moderated(await lockWithAdministrators(tx.query, [by, accountId]), by, accountId);
      await requireSession(tx.query, ctx);
      return reinstate(tx, { accountId, reason, by, now: ctx.now });
    });
    if (changed) await settleProfile(deps, row);
    return { state: AccountState[row.state] };
  };
