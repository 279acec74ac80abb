import type { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { verifyTotp } from "../rules/totp.ts";
import { queueMail } from "../store/mails.ts";
import { ownCredential } from "../store/own-credential.ts";
import { replaceRecoveryCodes } from "../store/recovery-codes.ts";
import { switchFactorOn, totpPurpose } from "../store/second-factor.ts";

/** Switches the second factor on by a first code from the app, and hands out the recovery codes. */
export const confirmTotp =
  (deps: Deps): Rpc<typeof CredentialService.method.confirmTotp> =>
  async ({ code }, ctx) => {
    const accountId = callerOf(ctx);
    const { now } = ctx;
    const { handle, email, totpSealed: sealed, totpOn } = await ownCredential(deps.db.query, accountId);
    if (totpOn) throw failure("TOTP_ALREADY_ON");
    if (!sealed) throw failure("TOTP_NOT_ENROLLED");
    const step = verifyTotp(deps.vault.open(totpPurpose(accountId), sealed), code, now, 0);
    if (step === undefined) throw failure("BAD_CREDENTIALS");
    const recoveryCodes = await deps.db.commit(ctx, async (tx) => {
      if (!(await switchFactorOn(tx, { accountId, sealed, step, now }))) throw failure("TOTP_NOT_ENROLLED"); // replaced meanwhile
      await queueMail(tx, deps, { recipient: email, template: "second-factor-on", params: { handle }, now });
      return replaceRecoveryCodes(tx, deps, accountId);
    });
    return { recoveryCodes };
  };
