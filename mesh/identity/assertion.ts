import { sign, verify } from "node:crypto";
import type { Actor } from "../context.ts";
import { meshFailure } from "../failure.ts";
import type { Keyring } from "./keyring.ts";
import { recent } from "./recent.ts";

/** The only service whose word about accounts counts. */
export const ASSERTER = "gateway";
/** How long an assertion holds: short, so that a revoked account is soon without one. */
export const ASSERTION_MS = 5 * 60 * 1000;
const SKEW_MS = 60_000;

interface Claims {
  sub: string;
  sid: string;
  roles: number[];
  scopes?: string[];
  sus?: boolean;
  iat: number;
  exp: number;
}

/** Signs who the caller is; every service verifies it against the gateway's public key. */
export function assertActor(keyring: Keyring, actor: Actor): string {
  const claims: Claims = {
    sub: actor.accountId,
    sid: actor.sessionId,
    roles: [...actor.roles],
    ...(actor.scopes && { scopes: [...actor.scopes] }),
    ...(actor.suspended && { sus: true }),
    iat: actor.issuedAt.getTime(),
    exp: actor.expiresAt.getTime(),
  };
  const body = Buffer.from(JSON.stringify(claims)).toString("base64url");
  return `${body}.${sign(null, Buffer.from(body), keyring.signing).toString("base64url")}`;
}

/** Verifies assertions once per process: after that the exact bytes are known, only time is checked again. */
export function createAssertionReader(keyring: Keyring, most = 10_000) {
  const known = recent<Actor>(most);
  return (assertion: string, now: Date): Actor => {
    let actor = known.get(assertion);
    if (!actor) {
      actor = readOnce(keyring, assertion);
      known.set(assertion, actor);
    }
    if (actor.expiresAt.getTime() <= now.getTime()) throw meshFailure("TOKEN_EXPIRED");
    if (actor.issuedAt.getTime() > now.getTime() + SKEW_MS) throw meshFailure("HOP_REFUSED");
    return actor;
  };
}

function readOnce(keyring: Keyring, assertion: string): Actor {
  const [body = "", signature = "", ...rest] = assertion.split(".");
  const key = keyring.verifying(ASSERTER);
  const good =
    key !== undefined && rest.length === 0 && verify(null, Buffer.from(body), key, Buffer.from(signature, "base64url"));
  if (!good) throw meshFailure("HOP_REFUSED");
  const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as Claims;
  return {
    accountId: claims.sub,
    sessionId: claims.sid,
    roles: claims.roles as Actor["roles"],
    ...(claims.scopes && { scopes: claims.scopes }),
    suspended: claims.sus === true,
    issuedAt: new Date(claims.iat),
    expiresAt: new Date(claims.exp),
  };
}
