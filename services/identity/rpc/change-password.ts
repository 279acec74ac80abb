import type { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { RevocationReason } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { refuseWeakPassword } from "../rules/password.ts";
import { queueMail } from "../store/mails.ts";
import { dropOnce } from "../store/one-time-tokens.ts";
import { ownCredential } from "../store/own-credential.ts";
import { replacePassword } from "../store/passwords.ts";
import { revokeAllSessions } from "../store/revoke.ts";

/** A repetition comes within this time: a client whose answer was lost does not wait longer. */
const REPEATED_MS = 60_000;

/** Replaces the password, ends all other sessions and tells the owner by mail. */
export const changePassword =
  (deps: Deps): Rpc<typeof CredentialService.method.changePassword> =>
  async ({ currentPassword, newPassword }, ctx) => {
    const { db, hasher, config } = deps;
    const accountId = callerOf(ctx);
    const { now } = ctx;
    const own = await ownCredential(db.query, accountId);
    if (!(await hasher.verify(own.passwordHash, currentPassword, ctx.signal))) {
      const repeated = now.getTime() - own.passwordChangedAt.getTime() < REPEATED_MS;
      if (repeated && (await hasher.verify(own.passwordHash, newPassword, ctx.signal))) return {};
      throw failure("BAD_CREDENTIALS");
    }
    refuseWeakPassword(newPassword, own, "new_password");
    const hash = await hasher.hash(newPassword, ctx.signal);
    await db.commit(ctx, async (tx) => {
      if (!(await replacePassword(tx, { accountId, former: own.passwordHash, hash, now })))
        throw failure("BAD_CREDENTIALS");
      await dropOnce(tx, { accountId, purposes: ["reset-password", "change-email"] });
      const keep = ctx.actor?.sessionId || undefined;
      await revokeAllSessions(tx, {
        accountId,
        keep,
        reason: RevocationReason.PASSWORD_CHANGED,
        now,
        ttlMs: config.accessTtl,
      });
      await queueMail(tx, deps, {
        recipient: own.email,
        template: "password-changed",
        params: { handle: own.handle },
        now,
      });
    });
    return {};
  };
