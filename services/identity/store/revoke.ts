import { RevocationReason, SessionRevokedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { ASSERTION_MS } from "#mesh/identity/assertion.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";

/** How far the clocks of replicas may differ. */
export const LEEWAY_MS = 60_000;

/** How long after its end something may still be named by a living token: access token, then the assertion made from it. */
export const afterlife = (accessTtlMs: number): number => accessTtlMs + ASSERTION_MS + LEEWAY_MS;

interface Ending {
  readonly accountId: string;
  readonly reason: RevocationReason;
  readonly now: Date;
  /** Life of an access token: config.accessTtl. */
  readonly ttlMs: number;
}

// Whoever changed the password, or shut the account, wants strangers' bots out too; signing out everywhere does not.
const ENDS_APP_TOKENS: ReadonlySet<RevocationReason> = new Set([
  RevocationReason.PASSWORD_CHANGED,
  RevocationReason.ACCOUNT_CLOSED,
]);

/** Ends one session of the account, once; somebody else's or an ended one is left alone. Says whether it ended now. */
export async function revokeSession(
  tx: Tx,
  { accountId, sessionId, reason, now, ttlMs }: Ending & { readonly sessionId: string },
): Promise<boolean> {
  // The head moves only if a session ended, and after it is locked: no gap, and no two writers in opposite order.
  const ended = await tx.query(sql`
    with ended as (update session set revoked_at = ${now}, expires_at = least(expires_at, ${now})
      where id = ${sessionId} and account_id = ${accountId} and revoked_at is null returning id),
    head as (update revocation_head set seq = seq + 1 where exists (select 1 from ended) returning seq)
    insert into revocation (seq, session_id, revoked_at, expires_at)
    select head.seq, ended.id, ${now}, ${until(now, ttlMs)} from head, ended returning seq`);
  if (ended.length === 0) return false;
  tx.publish(SessionRevokedSchema, { accountId, sessionId, reason });
  return true;
}

/**
 * Ends all sessions of the account but `keep`, by one revocation of the account; app tokens end with them when the
 * password was changed or the account closed. Change the account or credential row first. Returns how many sessions ended.
 */
export async function revokeAllSessions(
  tx: Tx,
  { accountId, keep, reason, now, ttlMs }: Ending & { readonly keep?: string | undefined },
): Promise<number> {
  // A refresh that came between `now` and here made a token younger than `now`: it is revoked as well.
  const [row] = await tx.query<{ ended: number }>(sql`
    with ended as (update session set revoked_at = ${now}, expires_at = least(expires_at, ${now})
      where account_id = ${accountId} and revoked_at is null and id is distinct from ${keep ?? null}::uuid returning last_used_at),
    apps as (update app_token set revoked_at = ${now}
      where account_id = ${accountId} and revoked_at is null and ${ENDS_APP_TOKENS.has(reason)}::boolean returning 1),
    total as (select count(*)::int as ended, greatest(max(last_used_at), ${now}) as revoked_at from ended),
    head as (update revocation_head set seq = seq + 1 where (select ended from total) + (select count(*) from apps) >= 0 returning seq)
    insert into revocation (seq, account_id, kept_session_id, revoked_at, expires_at)
    select head.seq, ${accountId}, ${keep ?? null}::uuid, total.revoked_at, ${until(now, ttlMs)} from head, total
    returning (select ended from total)`);
  tx.publish(SessionRevokedSchema, { accountId, sessionId: "", reason });
  return row?.ended ?? 0;
}

/** Ends one app token of the account, once, so that assertions made from it die too. Says whether it ended now. */
export async function revokeAppToken(
  tx: Tx,
  { accountId, tokenId, now, ttlMs }: Omit<Ending, "reason"> & { readonly tokenId: string },
): Promise<boolean> {
  const ended = await tx.query(sql`
    with ended as (update app_token set revoked_at = ${now}
      where id = ${tokenId} and account_id = ${accountId} and revoked_at is null returning id),
    head as (update revocation_head set seq = seq + 1 where exists (select 1 from ended) returning seq)
    insert into revocation (seq, session_id, revoked_at, expires_at)
    select head.seq, ended.id, ${now}, ${until(now, ttlMs)} from head, ended returning seq`);
  if (ended.length === 0) return false;
  tx.publish(SessionRevokedSchema, { accountId, sessionId: tokenId, reason: RevocationReason.SIGNED_OUT });
  return true;
}

const until = (now: Date, ttlMs: number) => new Date(now.getTime() + afterlife(ttlMs));
