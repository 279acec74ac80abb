import {
  AccountDeactivatedSchema,
  AccountDeletionCancelledSchema,
  AccountSuspendedSchema,
} from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { PrivacyService } from "#gen/skein/identity/v1/privacy_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { inState } from "../rules/state.ts";
import { lockAccount, profileOf } from "../store/accounts.ts";
import { takeFaceBack } from "../store/deletion.ts";
import { useOnce } from "../store/one-time-tokens.ts";
import { settleProfile } from "../store/profiles.ts";

/** Brings a deleted account back as it was, suspended or deactivated if it was that, until its erasure is announced. */
export const cancelAccountDeletion =
  (deps: Deps): Rpc<typeof PrivacyService.method.cancelAccountDeletion> =>
  async ({ cancelToken }, ctx) => {
    const after = await deps.db.commit(ctx, async (tx) => {
      const used = await useOnce(tx, deps, { token: cancelToken, purpose: "cancel-deletion", now: ctx.now });
      if (!used) throw failure("ONE_TIME_TOKEN_INVALID");
      const row = inState(await lockAccount(tx.query, used.accountId), "DELETING");
      const restored = await takeFaceBack(tx, row, ctx.now);
      if (!restored) throw failure("STATE_FORBIDS", { facts: { state: row.state } }); // it is being erased
      tx.publish(AccountDeletionCancelledSchema, { accountId: row.id, profile: profileOf(restored) });
      // Who hides by one fact and shows by another must end with the right one.
      if (restored.deactivated_at !== null) tx.publish(AccountDeactivatedSchema, { accountId: row.id });
      if (restored.state === "SUSPENDED")
        tx.publish(AccountSuspendedSchema, { accountId: row.id, version: BigInt(restored.version) });
      return restored;
    });
    await settleProfile(deps, after);
    return {};
  };
