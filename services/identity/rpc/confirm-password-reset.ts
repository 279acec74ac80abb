import type { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { RevocationReason } from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { refuseWeakPassword } from "../rules/password.ts";
import { queueMail } from "../store/mails.ts";
import { dropOnce, ownerByReset, useOnce } from "../store/one-time-tokens.ts";
import { resetPassword } from "../store/passwords.ts";
import { revokeAllSessions } from "../store/revoke.ts";

/** Sets a new password by a mailed token, which also proves the address, and ends all sessions. The second factor stays on. */
export const confirmPasswordReset =
  (deps: Deps): Rpc<typeof CredentialService.method.confirmPasswordReset> =>
  async ({ token, newPassword }, ctx) => {
    const { db, hasher, config } = deps;
    const { now } = ctx;
    // Looked at before it is used: a weak password must not cost the token, and a bad token must not cost a hash.
    const owner = await ownerByReset(deps, { token, now });
    if (!owner) throw failure("ONE_TIME_TOKEN_INVALID");
    refuseWeakPassword(newPassword, owner, "new_password");
    const hash = await hasher.hash(newPassword, ctx.signal);
    await db.commit(ctx, async (tx) => {
      const used = await useOnce(tx, deps, { token, purpose: "reset-password", now });
      if (!used) throw failure("ONE_TIME_TOKEN_INVALID");
      const { accountId } = used;
      await resetPassword(tx, { accountId, hash, now });
      await dropOnce(tx, { accountId, purposes: ["reset-password", "change-email"] });
      await revokeAllSessions(tx, {
        accountId,
        reason: RevocationReason.PASSWORD_CHANGED,
        now,
        ttlMs: config.accessTtl,
      });
      await queueMail(tx, deps, {
        recipient: owner.email,
        template: "password-changed",
        params: { handle: owner.handle },
        now,
      });
    });
    return {};
  };
