import { sql } from "#mesh/store/sql.ts";
import type { Query } from "../store/accounts.ts";

/** A name that resolves nowhere, by RFC 2606: what is mailed there reaches nobody. */
const DOMAIN = "demo.invalid";

/** The address that marks an account as one of a demo network. */
export const addressOf = (handle: string, label: string): string => `${handle}@${label}.${DOMAIN}`;

/** A demo network that is here, or begun. */
export interface Demo {
  readonly label: string;
  readonly since: Date;
  readonly accounts: number;
}

/** The demo networks that are here. */
export async function demosIn(query: Query): Promise<Demo[]> {
  const rows = await query<{ label: string; since: string; accounts: number }>(sql`
    select split_part(split_part(p.email, '@', 2), '.', 1) as label, min(c.password_changed_at) as since, count(*)::int as accounts
    from person p join credential c on c.account_id = p.account_id
    where p.email like ${`%.${DOMAIN}`} group by 1 order by 1`);
  return rows.map(({ label, since, accounts }) => ({ label, since: new Date(since), accounts }));
}

/** How many accounts are neither among those known nor part of a demo network. */
export async function countStrangers(query: Query, known: readonly string[]): Promise<number> {
  const [row] = await query<{ strangers: number }>(sql`select count(*)::int as strangers
    from account a left join person p on p.account_id = a.id
    where coalesce(p.email, '') not like ${`%.${DOMAIN}`} and a.id <> all(${[...known]}::uuid[])`);
  return row?.strangers ?? 0;
}

/** Handles of accounts that exist, by id: they may have become others than planned. */
export async function handlesOf(query: Query, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await query<{ id: string; handle: string }>(
    sql`select id, handle from account where id = any(${[...ids]}::uuid[])`,
  );
  return new Map(rows.map(({ id, handle }) => [id, handle]));
}

/** The handles that others than these accounts have or had, in lower case. */
export async function takenBesides(query: Query, ids: readonly string[]): Promise<Set<string>> {
  const rows = await query<{ handle: string }>(sql`select handle from handle_claim c
    where not exists (select 1 from unnest(${[...ids]}::uuid[]) as id where id = c.account_id)`);
  return new Set(rows.map(({ handle }) => handle));
}
