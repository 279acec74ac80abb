import { AccountReactivatedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { inState } from "../rules/state.ts";
import { type AccountRow, accountOf, lockAccount, profileOf } from "../store/accounts.ts";
import { changeAccount } from "../store/changes.ts";
import { settleProfile } from "../store/profiles.ts";

/** Shows a deactivated account again, with the profile that it has by now. */
export const reactivateAccount =
  (deps: Deps): Rpc<typeof IdentityService.method.reactivateAccount> =>
  async (_, ctx) => {
    const accountId = callerOf(ctx);
    let after: AccountRow | undefined;
    const answer = await deps.db.commit(ctx, async (tx) => {
      after = undefined; // an attempt that lost a race left what never was
      const row = inState(await lockAccount(tx.query, accountId), "ACTIVE", "DEACTIVATED");
      if (row.state === "ACTIVE") return { account: accountOf(row) };
      after = await changeAccount(tx, row, { public: { state: "ACTIVE", deactivated_at: null }, now: ctx.now });
      tx.publish(AccountReactivatedSchema, { accountId, profile: profileOf(after) });
      return { account: accountOf(after) };
    });
    if (after) await settleProfile(deps, after);
    return answer;
  };
