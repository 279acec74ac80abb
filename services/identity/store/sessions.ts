import type { Context } from "#mesh/context.ts";
import { meshFailure } from "#mesh/failure.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Login } from "../rules/login.ts";
import type { AccountRow, Query } from "./accounts.ts";

/** Whoever a login leads to, as far as signing in needs it. */
export interface Candidate {
  readonly accountId: string;
  readonly passwordHash: string;
  readonly secondFactor: boolean;
}

type Found = Pick<AccountRow, "id" | "state"> & { password_hash: string; second_factor: boolean };

const candidateOf = (row: Found | undefined): Candidate | undefined =>
  row && row.state !== "DELETING"
    ? { accountId: row.id, passwordHash: row.password_hash, secondFactor: row.second_factor }
    : undefined;

/** Finds who may sign in under a handle or an address: everybody but who is being deleted. */
export async function findCandidate(query: Query, { handle, email }: Login): Promise<Candidate | undefined> {
  const [row] = await query<Found>(sql`
    with named as (select account_id from handle_claim where handle = ${handle} and released_at is null
      union all select account_id from email_claim where email = ${email})
    select a.id, a.state, c.password_hash, c.totp_confirmed_at is not null as second_factor
    from named join account a on a.id = named.account_id join credential c on c.account_id = a.id`);
  return candidateOf(row);
}

/** The same by id. */
export async function readCandidate(query: Query, accountId: string): Promise<Candidate | undefined> {
  const [row] =
    await query<Found>(sql`select a.id, a.state, c.password_hash, c.totp_confirmed_at is not null as second_factor
    from account a join credential c on c.account_id = a.id where a.id = ${accountId}`);
  return candidateOf(row);
}

/** A session that is to begin. */
export interface Opening {
  readonly id: string;
  readonly deviceName: string;
  readonly now: Date;
  readonly expiresAt: Date;
}

/**
 * Begins a session, unless what was proven does not hold any more: whoever changes password, second factor or state holds
 * the row, so that no session on the old ones can slip in behind a revocation.
 */
export async function openSession(
  query: Query,
  candidate: Candidate,
  { id, deviceName, now, expiresAt }: Opening,
): Promise<boolean> {
  const rows = await query(sql`
    with proven as (select a.id from account a join credential c on c.account_id = a.id
      where a.id = ${candidate.accountId} and a.state <> 'DELETING' and c.password_hash = ${candidate.passwordHash}
        and (c.totp_confirmed_at is not null) = ${candidate.secondFactor}::boolean for share)
    insert into session (id, account_id, rotated_at, device_name, created_at, last_used_at, expires_at)
    select ${id}, proven.id, ${now}, ${deviceName}, ${now}, ${now}, ${expiresAt} from proven returning 1`);
  return rows.length > 0;
}

/** A session as its owner sees it. */
export interface SessionRow {
  readonly id: string;
  readonly device_name: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly expires_at: string;
}

/** One page of the account's live sessions, newest first, and one more row if there is more. */
export function listSessions(
  query: Query,
  {
    accountId,
    after,
    limit,
    now,
  }: { accountId: string; after: readonly string[] | undefined; limit: number; now: Date },
): Promise<SessionRow[]> {
  const [createdAt, id] = after ?? [];
  return query<SessionRow>(sql`select id, device_name, created_at, last_used_at, expires_at from session
    where account_id = ${accountId} and revoked_at is null and expires_at > ${now}
      and (${createdAt ?? null}::timestamptz is null or (created_at, id) < (${createdAt ?? null}::timestamptz, ${id ?? null}::uuid))
    order by created_at desc, id desc limit ${limit + 1}::int`);
}

/** Refuses a caller whose session has ended: its token may not know that yet, and what it does here would outlast it. */
export async function requireSession(query: Query, { actor }: Context): Promise<void> {
  const alive = await query(sql`select 1 from session
    where id = ${actor?.sessionId || null}::uuid and account_id = ${actor?.accountId ?? null}::uuid and revoked_at is null`);
  if (alive.length === 0) throw meshFailure("TOKEN_REVOKED");
}
