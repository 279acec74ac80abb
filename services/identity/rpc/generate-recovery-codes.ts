import type { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { queueMail } from "../store/mails.ts";
import { proveOwner } from "../store/own-credential.ts";
import { replaceRecoveryCodes } from "../store/recovery-codes.ts";

/** Replaces all recovery codes, used or not; the password proves who asks. */
export const generateRecoveryCodes =
  (deps: Deps): Rpc<typeof CredentialService.method.generateRecoveryCodes> =>
  async ({ password }, ctx) => {
    const { handle, email, totpOn } = await proveOwner(deps, ctx, password);
    if (!totpOn) throw failure("TOTP_OFF");
    const recoveryCodes = await deps.db.commit(ctx, async (tx) => {
      await queueMail(tx, deps, {
        recipient: email,
        template: "recovery-codes-replaced",
        params: { handle },
        now: ctx.now,
      });
      return replaceRecoveryCodes(tx, deps, callerOf(ctx));
    });
    return { recoveryCodes };
  };
