import type { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { meshFailure } from "#mesh/failure.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { unknownScopes } from "../rules/scopes.ts";
import { appTokenByKey, appTokenOf, holdSession, keepAppToken, type NewAppToken } from "../store/app-tokens.ts";

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 365;
const MOST_LIVING = 50;

/** Makes a scoped token for a bot. The token is derived from its row, so the same idempotency key gives the same one. */
export const createAppToken =
  ({ db, ids, mint }: Deps): Rpc<typeof CredentialService.method.createAppToken> =>
  async ({ name, scopes, validDays }, ctx) => {
    const unknown = unknownScopes(scopes);
    if (unknown.length > 0)
      throw failure("SCOPE_UNKNOWN", {
        facts: { scopes: unknown.join(",") },
        fields: { scopes: `unknown: ${unknown.join(", ")}` },
      });
    const { now, replay } = ctx;
    const accountId = callerOf(ctx);
    const expiresAt = new Date(now.getTime() + (validDays || DEFAULT_DAYS) * DAY_MS);
    const row = await db.commit(ctx, async (tx) => {
      // A stolen session may not know its end yet, and this token would outlive it by years.
      const alive = await holdSession(tx, { accountId, sessionId: ctx.actor?.sessionId ?? "" });
      if (!alive) throw meshFailure("TOKEN_REVOKED");
      const wanted: NewAppToken = { id: ids.next(), accountId, name, scopes, now, expiresAt, replay };
      const made = await keepAppToken(tx, wanted, MOST_LIVING);
      if (made) return made;
      const former = replay && (await appTokenByKey(tx, accountId, replay));
      if (!former) throw failure("TOO_MANY_APP_TOKENS", { facts: { most: String(MOST_LIVING) } });
      if (!former.fingerprint.equals(replay.fingerprint)) throw meshFailure("IDEMPOTENCY_KEY_REUSED");
      return former;
    });
    return { appToken: appTokenOf(row), token: mint.make("app", row.id) };
  };
