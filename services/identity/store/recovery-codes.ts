import { createHmac } from "node:crypto";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import { makeRecoveryCodes, plainRecoveryCode } from "../rules/recovery-codes.ts";

/** Replaces all recovery codes of an account and returns the new ones; nobody can read them again. */
export async function replaceRecoveryCodes(
  tx: Tx,
  deps: Pick<Deps, "chance" | "keyring">,
  accountId: string,
): Promise<string[]> {
  const codes = makeRecoveryCodes(deps.chance);
  const hashes = codes.map((code) => hashOf(deps, accountId, plainRecoveryCode(code) ?? code));
  await tx.query(sql`
    with former as (delete from recovery_code where account_id = ${accountId})
    insert into recovery_code (account_id, code_hash) select ${accountId}::uuid, unnest(${hashes}::bytea[])`);
  return codes;
}

/** Uses a recovery code up; of many that try at once one succeeds. */
export async function useRecoveryCode(
  tx: Tx,
  deps: Pick<Deps, "keyring">,
  { accountId, code, now }: { accountId: string; code: string; now: Date },
): Promise<boolean> {
  const plain = plainRecoveryCode(code);
  if (plain === undefined) return false;
  const used = await tx.query(sql`update recovery_code set used_at = ${now}
    where account_id = ${accountId} and code_hash = ${hashOf(deps, accountId, plain)} and used_at is null returning 1`);
  return used.length > 0;
}

// Fifty bits fall to a plain hash and a few graphics cards; under a key that the database does not hold they do not.
function hashOf({ keyring }: Pick<Deps, "keyring">, accountId: string, plain: string): Buffer {
  return createHmac("sha256", keyring.derive("recovery code")).update(`${accountId}\n${plain}`).digest();
}
