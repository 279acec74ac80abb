import type { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { moveAddress, verifyAddress } from "../store/addresses.ts";
import { queueMail } from "../store/mails.ts";
import { dropOnce, useOnce } from "../store/one-time-tokens.ts";

/** Proves an address, or completes its change: then the old mailbox is told, and tokens that were mailed there are void. */
export const confirmEmailVerification =
  (deps: Deps): Rpc<typeof CredentialService.method.confirmEmailVerification> =>
  async ({ token }, ctx) => {
    const { now } = ctx;
    await deps.db.commit(ctx, async (tx) => {
      const used = await useOnce(tx, deps, { token, purpose: ["verify-email", "change-email"], now });
      if (!used) throw failure("ONE_TIME_TOKEN_INVALID");
      const { accountId, purpose, detail: email } = used;
      if (purpose === "verify-email") {
        if (!(await verifyAddress(tx, { accountId, email, now }))) throw failure("ONE_TIME_TOKEN_INVALID");
        return;
      }
      const former = await moveAddress(tx, { accountId, email, now });
      if (!former) throw failure("ONE_TIME_TOKEN_INVALID"); // taken meanwhile: who asks must not learn that
      await dropOnce(tx, { accountId, purposes: ["reset-password", "verify-email"] });
      const params = { handle: former.handle, newEmail: email };
      await queueMail(tx, deps, { recipient: former.email, template: "email-changed", params, now });
    });
    return {};
  };
