import type { Actor } from "#mesh/context.ts";
import type { CallHeaders } from "#mesh/exchange.ts";
import { meshFailure } from "#mesh/failure.ts";
import { recent } from "#mesh/identity/recent.ts";
import type { Revocations } from "#mesh/identity/revocations.ts";
import type { GatewayLoan } from "../deps.ts";
import { readAccessToken } from "./access-token.ts";
import { APP_PREFIX, createAppTokens } from "./app-token.ts";
import { createAssertions } from "./assertions.ts";
import { bearerOf } from "./bearer.ts";
import { createKeySet } from "./key-set.ts";

const MOST = 10_000;

/** Who calls: nobody, or an account with what the mesh is to be told about it. */
export interface Caller {
  readonly actor: Actor | undefined;
  readonly assertion: string;
}

const NOBODY: Caller = { actor: undefined, assertion: "" };

/** What is consulted, and what must happen before identity is asked about a token that nobody has seen. */
export interface Doubt {
  readonly now: Date;
  readonly revocations: Revocations;
  /** Refuses callers who have shown too many bad tokens already. */
  readonly beforeAsking: () => Promise<void>;
}

/** Finds out who calls. A token that is there but not good is refused, never taken for no token. */
export type Identify = (headers: CallHeaders, doubt: Doubt) => Promise<Caller>;

/** Verified tokens are kept by their exact bytes; their end and the revocations are looked at every time. */
export function createIdentify({ peers, keyring, config }: GatewayLoan): Identify {
  const verified = recent<Actor>(MOST);
  const fetchKeys = async () => (await peers.session.getJwks({}, { timeoutMs: 2_000 })).keys;
  const keys = createKeySet(fetchKeys, verified.clear);
  const appTokens = createAppTokens(peers.session);
  const assertionFor = createAssertions(keyring);

  const accessToken = async (token: string, now: Date): Promise<Actor> => {
    const actor = verified.get(token) ?? (await readAccessToken(token, keys, config.issuer, now));
    verified.set(token, actor);
    return actor;
  };
  return async (headers, { now, revocations, beforeAsking }) => {
    const token = bearerOf(headers);
    if (token === undefined) return NOBODY;
    const isApp = token.startsWith(APP_PREFIX);
    if (isApp && !appTokens.known(token, now)) await beforeAsking();
    const actor = isApp ? await appTokens.read(token, now) : await accessToken(token, now);
    if (actor.expiresAt.getTime() <= now.getTime()) throw meshFailure("TOKEN_EXPIRED");
    if (revocations.revoked(actor)) throw meshFailure("TOKEN_REVOKED");
    return { actor, assertion: assertionFor(token, actor, now) };
  };
}
