import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { AccountDeletionRequestedSchema, RevocationReason } from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { PrivacyService } from "#gen/skein/identity/v1/privacy_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { inState } from "../rules/state.ts";
import { type AccountRow, lockAccount } from "../store/accounts.ts";
import { putFaceAside } from "../store/deletion.ts";
import { queueMail } from "../store/mails.ts";
import { issueOnce } from "../store/one-time-tokens.ts";
import { proveOwner } from "../store/own-credential.ts";
import { settleProfile } from "../store/profiles.ts";
import { revokeAllSessions } from "../store/revoke.ts";
import { lockWithAdministrators, refuseLastAdministrator } from "../store/roles.ts";

/** Makes the account inaccessible and unrecognisable at once; the token in answer and mail brings it back until it is erased. */
export const deleteAccount =
  (deps: Deps): Rpc<typeof PrivacyService.method.deleteAccount> =>
  async ({ password }, ctx) => {
    const accountId = callerOf(ctx);
    const { now } = ctx;
    await proveOwner(deps, ctx, password);
    const { accessTtl: ttlMs, erasureDelay } = deps.config;
    const erasureAt = new Date(now.getTime() + erasureDelay);
    const alias = `deleted_${Buffer.from(deps.chance.bytes(6)).toString("hex")}`;
    let after: AccountRow | undefined;
    const cancelToken = await deps.db.commit(ctx, async (tx) => {
      after = undefined; // an attempt that lost a race left what never was
      const row = inState(await lockAccount(tx.query, accountId), "ACTIVE", "DEACTIVATED", "SUSPENDED");
      if (row.roles.includes("ADMIN"))
        refuseLastAdministrator(await lockWithAdministrators(tx.query, [accountId]), accountId);
      after = await putFaceAside(tx, row, { now, erasureAt, alias });
      await revokeAllSessions(tx, { accountId, reason: RevocationReason.ACCOUNT_CLOSED, now, ttlMs });
      const token = await issueOnce(tx, deps, { accountId, purpose: "cancel-deletion", ttlMs: erasureDelay, now });
      const params = { handle: row.handle, token, erasureAt: erasureAt.toISOString() };
      await queueMail(tx, deps, { recipient: row.email, template: "deletion", params, now });
      tx.publish(AccountDeletionRequestedSchema, { accountId, erasureAt: timestampFromDate(erasureAt) });
      return token;
    });
    if (after) await settleProfile(deps, after);
    return { cancelToken, erasureAt: timestampFromDate(erasureAt) };
  };
