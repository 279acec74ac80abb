import type { Profile } from "#gen/skein/identity/v1/account_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { profileIn } from "./bytes.ts";
import type { Query } from "./query.ts";

/** The profiles that we have heard of, in whatever state their accounts are. */
export async function readProfiles(query: Query, ids: readonly string[]): Promise<Map<string, Profile>> {
  if (ids.length === 0) return new Map();
  const rows = await query<{ id: string; profile: Buffer }>(
    sql`select id, profile from account where id = any((select ${ids}::uuid[])::uuid[])`,
  );
  return new Map(
    rows.flatMap(({ id, profile }) => {
      const known = profileIn(profile);
      return known ? [[id, known] as const] : [];
    }),
  );
}

/**
 * The accounts that handles name, by folded handle. Of two that have one handle in our eyes, for one's word has overtaken
 * the other's, neither is meant.
 */
export async function accountsByHandle(query: Query, handles: readonly string[]): Promise<Map<string, string>> {
  const rows = await query<{ handle: string; id: string }>(sql`select lower(handle) as handle, min(id::text) as id
    from account where lower(handle) = any((select ${handles}::text[])::text[]) and state = 'ACTIVE' group by lower(handle) having count(*) = 1`);
  return new Map(rows.map(({ handle, id }) => [handle, id]));
}

/** Whether an account may act, as far as we have heard. */
export async function isActive(query: Query, accountId: string): Promise<boolean> {
  return (await query(sql`select 1 from account where id = ${accountId} and state = 'ACTIVE'`)).length > 0;
}
