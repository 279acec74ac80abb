import type { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { addressOwner, plainAddress } from "../store/addresses.ts";
import { queueMail } from "../store/mails.ts";
import { issueOnce } from "../store/one-time-tokens.ts";
import { proveOwner } from "../store/own-credential.ts";

const VALID_MS = 86_400_000;

/** Mails a token to the new address and a notice to the old one. Whether the new one is taken only its owner learns. */
export const changeEmail =
  (deps: Deps): Rpc<typeof CredentialService.method.changeEmail> =>
  async ({ newEmail, password }, ctx) => {
    const accountId = callerOf(ctx);
    const { now } = ctx;
    const { handle, email, passwordHash } = await proveOwner(deps, ctx, password);
    if (plainAddress(newEmail) === plainAddress(email)) return {};
    const owner = await addressOwner(deps.db.query, newEmail);
    await deps.db.commit(ctx, async (tx) => {
      // The row is written for a taken address too, where nobody gets the token: otherwise an earlier token that
      // went on working would tell the caller.
      const token = await issueOnce(tx, deps, {
        accountId,
        purpose: "change-email",
        detail: newEmail,
        provenBy: passwordHash,
        ttlMs: VALID_MS,
        now,
      });
      if (!owner)
        await queueMail(tx, deps, { recipient: newEmail, template: "change-email", params: { handle, token }, now });
      else {
        const recipient = owner.deleting ? "" : owner.email;
        await queueMail(tx, deps, { recipient, template: "address-taken", params: { handle: owner.handle }, now });
      }
      await queueMail(tx, deps, {
        recipient: email,
        template: "email-change-requested",
        params: { handle, newEmail },
        now,
      });
    });
    return {};
  };
