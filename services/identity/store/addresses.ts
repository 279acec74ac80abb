import { createHmac } from "node:crypto";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import type { Query } from "./accounts.ts";

/** Whose an address is, where mail may go there. */
export interface AddressOwner {
  readonly accountId: string;
  readonly handle: string;
  /** As its owner wrote it. */
  readonly email: string;
  readonly deleting: boolean;
}

/** Addresses that differ in case only are one. */
export const plainAddress = (email: string): string => email.trim().toLowerCase();

/** Finds the account that holds an address. */
export async function addressOwner(query: Query, email: string): Promise<AddressOwner | undefined> {
  const [row] =
    await query<AddressOwner>(sql`select a.id as "accountId", a.handle, p.email, a.state = 'DELETING' as deleting
    from email_claim e join account a on a.id = e.account_id join person p on p.account_id = a.id
    where e.email = ${plainAddress(email)}`);
  return row;
}

/**
 * An account id that stands for whoever does not hold this address: always the same for the same address, so that
 * asking again for an unknown one replaces a row just as it does for a known one.
 */
export function nobodyAt({ keyring }: Pick<Deps, "keyring">, email: string): string {
  const hex = createHmac("sha256", keyring.derive("nobody")).update(plainAddress(email)).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Marks an address as proven if it still is the account's. */
export async function verifyAddress(
  tx: Tx,
  { accountId, email, now }: { accountId: string; email: string; now: Date },
): Promise<boolean> {
  const proven = await tx.query(sql`update person set email_verified_at = coalesce(email_verified_at, ${now})
    where account_id = ${accountId} and email = ${email} returning 1`);
  return proven.length > 0;
}

/** Gives an account a proven new address, unless somebody took it meanwhile. Returns where it moved from. */
export async function moveAddress(
  tx: Tx,
  { accountId, email, now }: { accountId: string; email: string; now: Date },
): Promise<{ email: string; handle: string } | undefined> {
  const claimed = await tx.query(sql`insert into email_claim (email, account_id)
    select ${plainAddress(email)}::text, id from account where id = ${accountId} and state <> 'DELETING'
    on conflict do nothing returning 1`);
  if (claimed.length === 0) return undefined;
  const [former] = await tx.query<{ email: string; handle: string }>(sql`
    with former as (select p.email, a.handle from person p join account a on a.id = p.account_id
      where p.account_id = ${accountId} for update of p),
    freed as (delete from email_claim where account_id = ${accountId} and email <> ${plainAddress(email)})
    update person set email = ${email}, email_verified_at = ${now} from former
    where account_id = ${accountId} returning former.email, former.handle`);
  return former;
}
