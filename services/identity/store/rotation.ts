import { sql } from "#mesh/store/sql.ts";
import type { AccountRow, Query } from "./accounts.ts";

/** A use of a refresh token: the session it names and how often that was refreshed before. */
export interface Use {
  readonly id: string;
  readonly generation: number;
  readonly now: Date;
}

/** A session that has just been refreshed. */
export interface Rotated {
  readonly generation: number;
  readonly expiresAt: Date;
  readonly holder: Pick<AccountRow, "id" | "roles" | "state">;
}

interface Row {
  generation: number;
  expires_at: string;
  id: string;
  roles: AccountRow["roles"];
  state: AccountRow["state"];
}

const rotatedOf = (row: Row | undefined): Rotated | undefined =>
  row && {
    generation: row.generation,
    expiresAt: new Date(row.expires_at),
    holder: { id: row.id, roles: row.roles, state: row.state },
  };

/** Moves a session to its next generation. Of all who bring the same token one wins; the row's lock decides. */
export async function rotate(
  query: Query,
  { id, generation, now }: Use,
  expiresAt: Date,
): Promise<Rotated | undefined> {
  const [row] = await query<Row>(sql`
    update session s set generation = s.generation + 1, rotated_at = ${now},
      last_used_at = greatest(s.last_used_at, ${now}), expires_at = ${expiresAt}
    from account a where s.id = ${id} and s.generation = ${generation} and s.revoked_at is null and s.expires_at > ${now}
      and a.id = s.account_id and a.state <> 'DELETING'
    returning s.generation, s.expires_at, a.id, a.roles, a.state`);
  return rotatedOf(row);
}

/** The outcome of a rotation that has happened, for as long as nobody has used it: a lost answer can be given again. */
export async function rotatedBefore(query: Query, { id, generation, now }: Use): Promise<Rotated | undefined> {
  // The use is noted as such, because a revocation of the account covers every token up to the last use.
  const [row] = await query<Row>(sql`
    update session s set last_used_at = greatest(s.last_used_at, ${now})
    from account a where s.id = ${id} and s.generation = ${generation + 1} and s.revoked_at is null and s.expires_at > ${now}
      and a.id = s.account_id and a.state <> 'DELETING'
    returning s.generation, s.expires_at, a.id, a.roles, a.state`);
  return rotatedOf(row);
}

/** A session whose token was used once too often: a moment ago, or long after somebody else had used it. */
export interface Lost {
  readonly loss: "superseded" | "reused";
  readonly accountId: string;
  readonly deviceName: string;
  readonly handle: string;
  readonly email: string;
}

/** Looks why a token did not win; nothing is found for one that is not valid at all. */
export async function lossOf(query: Query, { id, generation, now }: Use, graceMs: number): Promise<Lost | undefined> {
  const [row] = await query<{
    age: number;
    rotated_at: string;
    account_id: string;
    device_name: string;
    handle: string;
    email: string;
  }>(sql`
    select s.generation - ${generation}::int as age, s.rotated_at, s.account_id, s.device_name, a.handle, p.email
    from session s join account a on a.id = s.account_id join person p on p.account_id = a.id
    where s.id = ${id} and s.revoked_at is null and s.expires_at > ${now}`);
  if (!row || row.age < 1) return undefined;
  const recent = row.age === 1 && now.getTime() - new Date(row.rotated_at).getTime() <= graceMs;
  return {
    loss: recent ? "superseded" : "reused",
    accountId: row.account_id,
    deviceName: row.device_name,
    handle: row.handle,
    email: row.email,
  };
}
