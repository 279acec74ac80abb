import { AsyncLocalStorage } from "node:async_hooks";
import { errors, jwtVerify, SignJWT } from "jose";
import type { Loan } from "#mesh/service.ts";
import type { config } from "../config.ts";
import { currentKey } from "../rules/key-plan.ts";
import { dropDeadKeys, keepSigningKeys, type SigningKey } from "../store/signing-keys.ts";
import type { Vault } from "./vault.ts";

/** What an access token says. */
export interface AccessClaims {
  readonly accountId: string;
  readonly sessionId: string;
  /** Beyond those of a user, in lower case. */
  readonly roles: readonly string[];
  readonly suspended: boolean;
  /** To the millisecond: the revocation of an account goes by it. */
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** A public key as others verify with it. */
export type PublicKey = Pick<SigningKey, "kid" | "x">;

/** Signs and verifies access tokens. */
export interface Signer {
  /** Sees to it that there is a key to sign with; before a transaction, never inside it: it may need a connection. */
  ready(now: Date): Promise<void>;
  sign(claims: AccessClaims): Promise<string>;
  /** The claims of a genuine token that has not expired; whether it was revoked is another question. */
  verify(token: string, now: Date): Promise<AccessClaims | undefined>;
  /** All keys that a living token may name, those to come included. */
  publicKeys(now: Date): Promise<PublicKey[]>;
  /** Makes the next key where it is time, forgets dead ones. */
  rotate(now: Date): Promise<void>;
}

const ALGORITHM = "EdDSA";
const STALE_MS = 60_000;
/** Forged key ids make nobody look into the database more often than this. */
const PATIENCE_MS = 5_000;
const SKEW_S = 5;

/** A signer whose keys lie sealed in the database, and in memory: a call costs no statement for them. */
export function createSigner(loan: Loan<Record<never, never>, typeof config>, vault: Vault): Signer {
  const { db, config } = loan;
  // Keys are read on behalf of everybody: not at the cost, nor with the deadline, of the call that happens to need them.
  const outside = AsyncLocalStorage.snapshot();
  let known: { keys: readonly SigningKey[]; at: number } = { keys: [], at: 0 };
  let loading: Promise<void> | undefined;
  const load = (now: Date) => {
    loading ??= outside(async () => {
      known = { keys: await keepSigningKeys({ ...loan, vault }, now), at: now.getTime() };
    }).finally(() => {
      loading = undefined;
    });
    return loading;
  };
  const ageAt = (now: Date) => now.getTime() - known.at;

  async function keysAt(now: Date): Promise<{ keys: readonly SigningKey[]; current: SigningKey }> {
    let current = currentKey(known.keys, now);
    if (!current || current.signsUntil <= now) await load(now);
    else if (ageAt(now) > STALE_MS)
      load(now).catch((error) => loan.log.warn({ cause: error }, "signing keys not refreshed"));
    current = currentKey(known.keys, now);
    if (!current) throw new Error("there is no key to sign with");
    return { keys: known.keys, current };
  }

  async function keyNamed(kid: string | undefined, now: Date): Promise<SigningKey["publicKey"]> {
    const find = () => known.keys.find((key) => key.kid === kid);
    if (!find() && ageAt(now) > PATIENCE_MS) await load(now);
    const found = find();
    if (!found) throw new errors.JWKSNoMatchingKey();
    return found.publicKey;
  }

  return {
    async ready(now) {
      await keysAt(now);
    },
    async sign({ accountId, sessionId, roles, suspended, issuedAt, expiresAt }) {
      const { current } = await keysAt(issuedAt);
      const seconds = issuedAt.getTime() / 1000;
      // Verifiers compare whole seconds, so that a fractional nbf would lie in the future for the rest of its second.
      const claims = {
        sid: sessionId,
        roles: [...roles],
        ...(suspended && { sus: true }),
        iat: seconds,
        nbf: Math.floor(seconds),
      };
      return new SignJWT({ ...claims, exp: Math.floor(expiresAt.getTime() / 1000), jti: loan.ids.next() })
        .setProtectedHeader({ alg: ALGORITHM, kid: current.kid, typ: "JWT" })
        .setIssuer(config.issuer)
        .setAudience(config.issuer)
        .setSubject(accountId)
        .sign(current.privateKey);
    },
    async verify(token, now) {
      try {
        const { payload } = await jwtVerify(token, ({ kid }) => keyNamed(kid, now), {
          algorithms: [ALGORITHM],
          typ: "JWT",
          issuer: config.issuer,
          audience: config.issuer,
          currentDate: now,
          clockTolerance: SKEW_S,
          requiredClaims: ["sub", "sid", "roles", "iat", "exp"],
        });
        return claimsOf(payload);
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
    async publicKeys(now) {
      return (await keysAt(now)).keys.map(({ kid, x }) => ({ kid, x }));
    },
    async rotate(now) {
      await loading?.catch(() => undefined); // one under way may have looked before it was time
      await load(now);
      await dropDeadKeys(db.query, now);
    },
  };
}

function claimsOf({
  sub = "",
  sid,
  roles,
  sus,
  iat = 0,
  exp = 0,
}: Record<string, unknown> & { sub?: string; iat?: number; exp?: number }): AccessClaims {
  return {
    accountId: sub,
    sessionId: String(sid),
    roles: roles as string[],
    suspended: sus === true,
    issuedAt: new Date(Math.round(iat * 1000)),
    expiresAt: new Date(exp * 1000),
  };
}
