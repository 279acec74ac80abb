import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";

/** Sets a new password if the former is still the one that was proven; otherwise somebody changed it in between. */
export async function replacePassword(
  tx: Tx,
  { accountId, former, hash, now }: { accountId: string; former: string; hash: string; now: Date },
): Promise<boolean> {
  const changed = await tx.query(sql`update credential set password_hash = ${hash}, password_changed_at = ${now}
    where account_id = ${accountId} and password_hash = ${former} returning 1`);
  return changed.length > 0;
}

/** Sets a new password by proof of the mailbox, which thereby is verified. */
export async function resetPassword(
  tx: Tx,
  { accountId, hash, now }: { accountId: string; hash: string; now: Date },
): Promise<void> {
  await tx.query(sql`
    with proven as (update person set email_verified_at = ${now} where account_id = ${accountId} and email_verified_at is null)
    update credential set password_hash = ${hash}, password_changed_at = ${now} where account_id = ${accountId}`);
}
