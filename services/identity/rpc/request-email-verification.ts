import type { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { queueMail } from "../store/mails.ts";
import { issueOnce } from "../store/one-time-tokens.ts";
import { ownCredential } from "../store/own-credential.ts";

const VALID_MS = 86_400_000;

/** Mails the caller a token that proves the address; one that is proven already gets no further mail. */
export const requestEmailVerification =
  (deps: Deps): Rpc<typeof CredentialService.method.requestEmailVerification> =>
  async (_request, ctx) => {
    const accountId = callerOf(ctx);
    const { now } = ctx;
    const { handle, email, emailVerified } = await ownCredential(deps.db.query, accountId);
    if (emailVerified) return {};
    await deps.db.commit(ctx, async (tx) => {
      const token = await issueOnce(tx, deps, {
        accountId,
        purpose: "verify-email",
        detail: email,
        ttlMs: VALID_MS,
        now,
      });
      await queueMail(tx, deps, { recipient: email, template: "verify-email", params: { handle, token }, now });
    });
    return {};
  };
