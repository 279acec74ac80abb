import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { nobodyAt } from "./addresses.ts";

/** What a one-time token is good for, and nothing else. */
export type Purpose = "verify-email" | "reset-password" | "change-email" | "cancel-deletion";

/** What a token is issued for. */
export interface Issue {
  readonly accountId: string;
  readonly purpose: Purpose;
  /** What the token proves beside the account, such as the address it was sent to. */
  readonly detail?: string;
  /** The hash of the password by which the owner was proven; once it is another, no token is made. */
  readonly provenBy?: string;
  readonly ttlMs: number;
  readonly now: Date;
}

/** Makes a token that is good once; earlier ones of the same account and purpose become useless. */
export async function issueOnce(tx: Tx, deps: Pick<Deps, "ids" | "mint">, issue: Issue): Promise<string> {
  const { accountId, purpose, detail = "", provenBy, ttlMs, now } = issue;
  const id = deps.ids.next();
  const expiresAt = new Date(now.getTime() + ttlMs);
  // Whoever changes the password holds its row and then voids tokens: none may slip in behind that.
  const made = await tx.query(sql`
    with proven as (select 1 from credential where account_id = ${accountId} and password_hash = ${provenBy ?? null}::text for share),
    earlier as (delete from one_time_token where account_id = ${accountId} and purpose = ${purpose} and used_at is null)
    insert into one_time_token (id, account_id, purpose, detail, created_at, expires_at)
    select ${id}::uuid, ${accountId}::uuid, ${purpose}::text, ${detail}::text, ${now}::timestamptz, ${expiresAt}::timestamptz
    where ${provenBy === undefined}::boolean or exists (select 1 from proven) returning 1`);
  if (made.length === 0) throw failure("BAD_CREDENTIALS");
  return deps.mint.make("once", id);
}

/** Whether an unused token of this kind was made within the last `pauseMs`. */
export async function issuedLately(
  tx: Tx,
  { accountId, purpose, now }: Pick<Issue, "accountId" | "purpose" | "now">,
  pauseMs: number,
): Promise<boolean> {
  const lately =
    await tx.query(sql`select 1 from one_time_token where account_id = ${accountId} and purpose = ${purpose}
    and used_at is null and created_at > ${new Date(now.getTime() - pauseMs)}`);
  return lately.length > 0;
}

/** What a token that was just used up stood for. */
export interface UsedOnce {
  readonly accountId: string;
  readonly purpose: Purpose;
  readonly detail: string;
}

/** Uses a token up. Of many that try at once one gets an answer; forged, foreign, used and expired ones get none. */
export async function useOnce(
  tx: Tx,
  deps: Pick<Deps, "mint">,
  { token, purpose, now }: { token: string; purpose: Purpose | readonly Purpose[]; now: Date },
): Promise<UsedOnce | undefined> {
  const read = deps.mint.read("once", token);
  if (!read) return undefined;
  const [used] = await tx.query<UsedOnce>(sql`update one_time_token set used_at = ${now}
    where id = ${read.id} and purpose = any(${[purpose].flat()}::text[]) and used_at is null and expires_at > ${now}
    returning account_id as "accountId", purpose, detail`);
  return used;
}

/** Makes unused tokens useless: who changes a password or an address must not be overtaken by an older mail. */
export async function dropOnce(
  tx: Tx,
  { accountId, purposes }: { accountId: string; purposes: readonly Purpose[] },
): Promise<void> {
  await tx.query(sql`delete from one_time_token
    where account_id = ${accountId} and purpose = any(${[...purposes]}::text[]) and used_at is null`);
}

/** Whose a reset token is, as long as it is good; it stays unused. Accounts that are being deleted or have moved to another address have none. */
export async function ownerByReset(
  deps: Pick<Deps, "db" | "mint" | "keyring">,
  { token, now }: { token: string; now: Date },
): Promise<{ handle: string; email: string } | undefined> {
  const read = deps.mint.read("once", token);
  if (!read) return undefined;
  const purpose: Purpose = "reset-password";
  const [owner] = await deps.db.query<{ handle: string; email: string; detail: string }>(sql`
    select a.handle, p.email, o.detail from one_time_token o
    join account a on a.id = o.account_id join person p on p.account_id = a.id
    where o.id = ${read.id} and o.purpose = ${purpose} and o.used_at is null and o.expires_at > ${now} and a.state <> 'DELETING'`);
  // Asked for while the address moved, it was mailed to the former one after the tokens for that were voided.
  return owner?.detail === nobodyAt(deps, owner?.email ?? "") ? owner : undefined;
}
