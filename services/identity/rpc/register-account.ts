import { AccountRegisteredSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { IdentityService, RegisterAccountRequest } from "#gen/skein/identity/v1/identity_service_pb.ts";
import type { Context } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Tx } from "#mesh/store/commit.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { issueTokens } from "../gear/issue.ts";
import { createSharedWork, type SharedWork } from "../gear/sharing.ts";
import { signIn } from "../gear/sign-in.ts";
import { plainDevice } from "../rules/device.ts";
import { refuseReservedHandle } from "../rules/handle.ts";
import { refuseWeakPassword } from "../rules/password.ts";
import { tidyLine } from "../rules/tidy.ts";
import { accountOf, profileOf, readAccount } from "../store/accounts.ts";
import { queueMail } from "../store/mails.ts";
import { issueOnce } from "../store/one-time-tokens.ts";
import { register } from "../store/register.ts";
import { readCandidate } from "../store/sessions.ts";

const VERIFY_WITHIN_MS = 86_400_000;

/** Makes an account and signs it in: all of it or nothing. Repeated with its key it signs in again, by the password. */
export const registerAccount = (deps: Deps): Rpc<typeof IdentityService.method.registerAccount> => {
  const shared = createSharedWork(deps);
  return async (request, ctx) => {
    const { handle, email, password } = request;
    refuseReservedHandle(handle);
    refuseWeakPassword(password, { handle, email });
    await deps.signer.ready(ctx.now);
    // Repetitions at once share the hash, for it becomes one account; what many share has nobody's deadline.
    const passwordHash = ctx.replay
      ? await shared.run(`hash ${ctx.replay.scope} ${ctx.replay.key}`, password, () => deps.hasher.hash(password))
      : await deps.hasher.hash(password, ctx.signal);
    return deps.db.commitOnce(
      ctx,
      (tx) => create(tx, deps, request, passwordHash, ctx),
      (accountId) => signInAgain(deps, shared, request, accountId, ctx),
    );
  };
};

async function create(
  tx: Tx,
  deps: Deps,
  { handle, email, displayName, deviceName }: RegisterAccountRequest,
  passwordHash: string,
  { now }: Context,
) {
  const [accountId, sessionId] = [deps.ids.next(), deps.ids.next()];
  const expiresAt = new Date(now.getTime() + deps.config.refreshTtl);
  await register(tx, {
    ...{ accountId, handle, email, passwordHash },
    displayName: tidyLine(displayName) || handle,
    session: { id: sessionId, deviceName: plainDevice(deviceName), now, expiresAt },
  });
  const holder = await readAccount(tx.query, accountId);
  if (!holder) throw new Error("an account that was just made is not there");
  const proof = { accountId, purpose: "verify-email", detail: email, ttlMs: VERIFY_WITHIN_MS, now } as const;
  const token = await issueOnce(tx, deps, proof);
  await queueMail(tx, deps, { recipient: email, template: "verify-email", params: { handle, token }, now });
  tx.publish(AccountRegisteredSchema, { accountId, profile: profileOf(holder) });
  const tokens = await issueTokens(deps, { sessionId, generation: 0, expiresAt, holder }, now);
  return { subject: accountId, answer: { account: accountOf(holder), tokens } };
}

/** The key alone proves nothing: who repeats the call knows the password, and brings a code if one is needed by now. */
async function signInAgain(
  deps: Deps,
  shared: SharedWork,
  { password, deviceName }: RegisterAccountRequest,
  accountId: string,
  { now }: Context,
) {
  const { db, hasher } = deps;
  const candidate = await readCandidate(db.query, accountId);
  const stored = candidate?.passwordHash;
  const right = await shared.run(`verify ${stored}`, password, () => hasher.verify(stored, password));
  if (!candidate || !right) throw failure("BAD_CREDENTIALS");
  const entry = { candidate, code: "", deviceName, now };
  return db.commit(undefined, (tx) => signIn(tx, deps, entry));
}
