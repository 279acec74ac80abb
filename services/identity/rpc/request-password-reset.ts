import type { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { addressOwner, nobodyAt } from "../store/addresses.ts";
import { queueMail } from "../store/mails.ts";
import { issuedLately, issueOnce } from "../store/one-time-tokens.ts";

const VALID_MS = 3_600_000;
/** So long a mailbox is left alone after a token, whoever asks for another. */
const PAUSE_MS = 60_000;

/** Mails a token by which a new password can be set. An unknown address costs the same statements and rows, and the answer is the same. */
export const requestPasswordReset =
  (deps: Deps): Rpc<typeof CredentialService.method.requestPasswordReset> =>
  async ({ email }, ctx) => {
    const owner = await addressOwner(deps.db.query, email);
    const mark = nobodyAt(deps, email); // the token is good for this mailbox alone, whose address is not kept
    const nobody = { accountId: mark, handle: "nobody", email: "" };
    const { accountId, handle, email: recipient } = owner && !owner.deleting ? owner : nobody;
    await deps.db.commit(ctx, async (tx) => {
      const wish = { accountId, purpose: "reset-password", detail: mark, ttlMs: VALID_MS, now: ctx.now } as const;
      if (await issuedLately(tx, wish, PAUSE_MS)) return;
      const token = await issueOnce(tx, deps, wish);
      await queueMail(tx, deps, { recipient, template: "reset-password", params: { handle, token }, now: ctx.now });
    });
    return {};
  };
