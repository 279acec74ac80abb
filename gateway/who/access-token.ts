import { verify } from "node:crypto";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import type { Actor } from "#mesh/context.ts";
import { meshFailure } from "#mesh/failure.ts";
import type { KeySet } from "./key-set.ts";

const LEEWAY_S = 60;
/** Everything else a header may carry (jku, jwk, x5u, crit, ...) would have the token say how it is to be verified. */
const HEADER_MEMBERS = new Set(["alg", "kid", "typ"]);
const ROLES: ReadonlyMap<unknown, Role> = new Map([
  ["user", Role.USER],
  ["moderator", Role.MODERATOR],
  ["admin", Role.ADMIN],
]);

interface Claims {
  sub: string;
  sid: string;
  roles: Role[];
  suspended: boolean;
  iat: number;
  exp: number;
}

/** Verifies an access token completely but for revocation: EdDSA only, by a key that identity published, for this mesh. */
export async function readAccessToken(token: string, keys: KeySet, issuer: string, now: Date): Promise<Actor> {
  const [head = "", body = "", signature = "", ...rest] = token.split(".");
  const header = objectIn(head);
  const acceptable =
    rest.length === 0 &&
    header?.alg === "EdDSA" &&
    typeof header.kid === "string" &&
    header.typ === "JWT" &&
    Object.keys(header).every((member) => HEADER_MEMBERS.has(member));
  const bytes = decoded(signature);
  if (!acceptable || bytes?.length !== 64) throw meshFailure("TOKEN_INVALID");
  const key = await keys.find(String(header.kid), now);
  if (!key || !verify(null, Buffer.from(`${head}.${body}`), key, bytes)) throw meshFailure("TOKEN_INVALID");
  const claims = claimsIn(objectIn(body), issuer, now.getTime() / 1000);
  if (!claims) throw meshFailure("TOKEN_INVALID");
  if (claims.exp * 1000 <= now.getTime()) throw meshFailure("TOKEN_EXPIRED");
  return {
    accountId: claims.sub,
    sessionId: claims.sid,
    roles: claims.roles,
    suspended: claims.suspended,
    issuedAt: new Date(Math.round(claims.iat * 1000)),
    expiresAt: new Date(claims.exp * 1000),
  };
}

function claimsIn(body: Record<string, unknown> | undefined, issuer: string, nowS: number): Claims | undefined {
  if (!body) return undefined;
  const { iss, aud, sub, sid, iat, nbf = 0, exp, roles = [], sus = false } = body;
  const meant = iss === issuer && (aud === issuer || (Array.isArray(aud) && aud.length === 1 && aud[0] === issuer));
  const named = isText(sub) && isText(sid) && Array.isArray(roles) && typeof sus === "boolean";
  const timed =
    isTime(iat) && isTime(nbf) && isTime(exp) && iat <= nowS + LEEWAY_S && nbf <= nowS + LEEWAY_S && iat < exp;
  if (!meant || !named || !timed) return undefined;
  // A role that this release does not know yet grants nothing here; the rest of the token stands.
  return { sub, sid, roles: roles.flatMap((role) => ROLES.get(role) ?? []), suspended: sus, iat, exp };
}

const isText = (value: unknown): value is string => typeof value === "string" && /^[\w-]{1,64}$/.test(value);
const isTime = (value: unknown): value is number => typeof value === "number" && value >= 0 && value < 2 ** 40;

/** Canonical base64url only: otherwise the same token could be spelt in many ways, each verified and kept anew. */
function decoded(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, "base64url");
  return bytes.toString("base64url") === part ? bytes : undefined;
}

function objectIn(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(decoded(part)?.toString() ?? "");
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
