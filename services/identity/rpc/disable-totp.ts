import type { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { queueMail } from "../store/mails.ts";
import { checkOwner, countGuesses } from "../store/own-credential.ts";
import { checkSecondFactor, switchFactorOff } from "../store/second-factor.ts";

/** Switches the second factor off, by password and a code of the app or a recovery code. */
export const disableTotp =
  (deps: Deps): Rpc<typeof CredentialService.method.disableTotp> =>
  async ({ password, code }, ctx) => {
    const accountId = callerOf(ctx);
    const { now } = ctx;
    await countGuesses(deps, ctx, async () => {
      const { handle, email } = await checkOwner(deps, ctx, password);
      await deps.db.commit(ctx, async (tx) => {
        const check = await checkSecondFactor(tx, deps, { accountId, code, now });
        if (check === "off") throw failure("TOTP_OFF");
        if (check !== "good") throw failure("BAD_CREDENTIALS");
        await switchFactorOff(tx, accountId);
        await queueMail(tx, deps, { recipient: email, template: "second-factor-off", params: { handle }, now });
      });
    });
    return {};
  };
