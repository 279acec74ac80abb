import type { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { signIn } from "../gear/sign-in.ts";
import { readLogin } from "../rules/login.ts";
import { findCandidate } from "../store/sessions.ts";

/** For so long a repeated call need not bring another code: the first one has used it up, and its answer may be lost. */
const LOST_ANSWER_MS = 2 * 60_000;

/** Signs in; whoever has no account, a wrong password or a wrong code gets one answer, for the same work. */
export const createSession = (deps: Deps): Rpc<typeof SessionService.method.createSession> => {
  const { db, hasher, guesses } = deps;
  return async ({ login: given, password, code, deviceName }, ctx) => {
    const login = readLogin(given);
    return guesses.during(
      login,
      async () => {
        const candidate = await findCandidate(db.query, login);
        const right = await hasher.verify(candidate?.passwordHash, password, ctx.signal);
        if (!candidate || !right) throw failure("BAD_CREDENTIALS");
        await deps.signer.ready(ctx.now);
        const { accountId } = candidate;
        const entry = { candidate, code, deviceName, now: ctx.now };
        return db.commitOnce(
          ctx,
          async (tx) => ({ subject: `${accountId} ${ctx.now.getTime()}`, answer: await signIn(tx, deps, entry) }),
          async (subject) => {
            const [owner, first] = subject.split(" ");
            if (owner !== accountId) throw failure("BAD_CREDENTIALS"); // the name has changed hands since
            const lost = ctx.now.getTime() - Number(first) < LOST_ANSWER_MS;
            return db.commit(undefined, (tx) => signIn(tx, deps, lost ? { ...entry, code: undefined } : entry));
          },
        );
      },
      ctx.signal,
    );
  };
};
