import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import { verifyTotp } from "../rules/totp.ts";
import { useRecoveryCode } from "./recovery-codes.ts";

/** How a check of the second factor ended. */
export type FactorCheck = "off" | "good" | "missing" | "bad";

/** Under what name the secret of an account is sealed. */
export const totpPurpose = (accountId: string): string => `totp:${accountId}`;

interface FactorRow {
  sealed: Buffer;
  last_step: string;
}

/**
 * Checks a code from the app or a recovery code and marks it used in the same transaction, so that it is good once,
 * however many try it at the same moment.
 */
export async function checkSecondFactor(
  tx: Tx,
  deps: Pick<Deps, "vault" | "keyring">,
  { accountId, code, now }: { accountId: string; code: string; now: Date },
): Promise<FactorCheck> {
  const [row] = await tx.query<FactorRow>(sql`select totp_sealed as sealed, totp_last_step as last_step from credential
    where account_id = ${accountId} and totp_confirmed_at is not null and totp_sealed is not null`);
  if (!row) return "off";
  if (code.trim() === "") return "missing";
  const secret = deps.vault.open(totpPurpose(accountId), row.sealed);
  const step = verifyTotp(secret, code, now, Number(row.last_step));
  if (step === undefined) return (await useRecoveryCode(tx, deps, { accountId, code, now })) ? "good" : "bad";
  // The row's lock decides between two that bring the same code: the second one sees the first one's step.
  const marked = await tx.query(sql`update credential set totp_last_step = ${step}
    where account_id = ${accountId} and totp_last_step < ${step} and totp_sealed = ${row.sealed} returning 1`);
  return marked.length > 0 ? "good" : "bad";
}

/** Switches the second factor on, once, and only with the secret that the code was checked against. */
export async function switchFactorOn(
  tx: Tx,
  { accountId, sealed, step, now }: { accountId: string; sealed: Buffer; step: number; now: Date },
): Promise<boolean> {
  const on = await tx.query(sql`update credential set totp_confirmed_at = ${now}, totp_last_step = ${step}
    where account_id = ${accountId} and totp_confirmed_at is null and totp_sealed = ${sealed} returning 1`);
  return on.length > 0;
}

/** Switches the second factor off; its secret and the recovery codes are gone. */
export async function switchFactorOff(tx: Tx, accountId: string): Promise<void> {
  await tx.query(sql`
    with codes as (delete from recovery_code where account_id = ${accountId})
    update credential set totp_sealed = null, totp_confirmed_at = null, totp_last_step = 0 where account_id = ${accountId}`);
}
