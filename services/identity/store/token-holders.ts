import { sql } from "#mesh/store/sql.ts";
import type { AccountRow, Query } from "./accounts.ts";

/** Whom a living token stands for, as the account is now. */
export type Holder = Pick<AccountRow, "id" | "roles" | "state">;

/** The holder of a session that has not ended. */
export async function holderOfSession(
  query: Query,
  { sessionId, accountId, now }: { sessionId: string; accountId: string; now: Date },
): Promise<Holder | undefined> {
  const [row] =
    await query<Holder>(sql`select a.id, a.roles, a.state from session s join account a on a.id = s.account_id
    where s.id = ${sessionId} and s.account_id = ${accountId} and s.revoked_at is null and s.expires_at > ${now} and a.state <> 'DELETING'`);
  return row;
}

/** The holder of an app token that is good, with what it may do. */
export async function holderOfAppToken(
  query: Query,
  { tokenId, now }: { tokenId: string; now: Date },
): Promise<(Holder & { scopes: string[]; expires_at: string }) | undefined> {
  const [row] = await query<Holder & { scopes: string[]; expires_at: string }>(sql`
    select a.id, a.roles, a.state, t.scopes, t.expires_at from app_token t join account a on a.id = t.account_id
    where t.id = ${tokenId} and t.revoked_at is null and t.expires_at > ${now} and a.state <> 'DELETING'`);
  return row;
}
