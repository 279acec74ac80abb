import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import type { Actor } from "#mesh/context.ts";
import { meshFailure } from "#mesh/failure.ts";
import { recent } from "#mesh/identity/recent.ts";

/** How every app token begins. */
export const APP_PREFIX = "ska_";
const FORM = /^ska_[\w.-]{40,200}$/;
const KEEP_MS = 30_000;
const MOST = 10_000;
const ASK_MS = 2_000;

interface Known {
  readonly actor: Actor | undefined;
  readonly until: number;
}

/** App tokens, as identity sees them; an answer is believed for 30 seconds, a refusal too. */
export interface AppTokens {
  /** Whether an answer is at hand, so that asking costs nothing. */
  known(token: string, now: Date): boolean;
  read(token: string, now: Date): Promise<Actor>;
}

/** Asks identity once for each token, however many calls wait for the answer. */
export function createAppTokens(session: Client<typeof SessionService>): AppTokens {
  const kept = recent<Known>(MOST);
  const asking = new Map<string, Promise<Known>>();

  const ask = async (token: string, now: Date): Promise<Known> => {
    const answer = await session.introspectToken({ token }, { timeoutMs: ASK_MS });
    const known = { actor: answer.active ? actorOf(answer, now) : undefined, until: now.getTime() + KEEP_MS };
    kept.set(token, known);
    return known;
  };
  const held = (token: string, now: Date) => {
    const known = kept.get(token);
    return known && known.until > now.getTime() ? known : undefined;
  };
  return {
    known: (token, now) => !FORM.test(token) || held(token, now) !== undefined,
    async read(token, now) {
      if (!FORM.test(token)) throw meshFailure("TOKEN_INVALID");
      let answer = held(token, now);
      if (!answer) {
        const flight = asking.get(token) ?? ask(token, now).finally(() => asking.delete(token));
        asking.set(token, flight);
        answer = await flight;
      }
      if (!answer.actor) throw meshFailure("TOKEN_INVALID");
      return answer.actor;
    },
  };
}

type Answer = Awaited<ReturnType<Client<typeof SessionService>["introspectToken"]>>;

// It was asked about now, so it counts as issued now: an account-wide revocation after this ends it at once.
function actorOf({ accountId, sessionId, roles, scopes, suspended, expiresAt }: Answer, now: Date): Actor {
  const end = expiresAt ? timestampDate(expiresAt) : new Date(now.getTime() + 10 * KEEP_MS);
  return { accountId, sessionId, roles, scopes, suspended, issuedAt: now, expiresAt: end };
}
