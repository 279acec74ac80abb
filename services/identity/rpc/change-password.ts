import type { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { RevocationReason } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { type Context, callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { refuseWeakPassword } from "../rules/password.ts";
import { queueMail } from "../store/mails.ts";
import { dropOnce } from "../store/one-time-tokens.ts";
import { countGuesses, type OwnCredential, ownCredential } from "../store/own-credential.ts";
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
    const own = await countGuesses(deps, ctx, () => proveOrRepeat(deps, ctx, { currentPassword, newPassword }));
    if (!own) return {};
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

/** The caller's credential, or nothing where the call repeats one that has already changed the password. */
async function proveOrRepeat(
  { db, hasher }: Deps,
  ctx: Context,
  { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
): Promise<OwnCredential | undefined> {
  const own = await ownCredential(db.query, callerOf(ctx));
  if (await hasher.verify(own.passwordHash, currentPassword, ctx.signal)) return own;
  const repeated = ctx.now.getTime() - own.passwordChangedAt.getTime() < REPEATED_MS;
  if (repeated && (await hasher.verify(own.passwordHash, newPassword, ctx.signal))) return undefined;
  throw failure("BAD_CREDENTIALS");
}
