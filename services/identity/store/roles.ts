import { Role } from "#gen/skein/options/v1/options_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { failure } from "../failures.ts";
import type { AccountRow, ProfileRow, Query } from "./accounts.ts";

/** A role as the database names it. */
export type StoredRole = AccountRow["roles"][number];

/** The roles that are given and taken; everybody is a user. */
export const storedRole = (role: Role): StoredRole => (role === Role.ADMIN ? "ADMIN" : "MODERATOR");

/** What decides about roles. */
export type RoleRow = Pick<AccountRow, "id" | "state" | "roles">;

/**
 * Locks these accounts and all administrators, by id. Whoever changes who is an administrator comes through here, so two
 * of them cannot each leave the other's victim as the last one.
 */
export const lockWithAdministrators = (query: Query, ids: readonly string[]): Promise<RoleRow[]> =>
  query<RoleRow>(sql`select id, state, roles from account
    where id = any(${ids}::uuid[]) or (roles <> '{}' and 'ADMIN' = any(roles)) order by id for update`);

/** Refuses to let the account go if no other administrator could take over: one that can still sign in. */
export function refuseLastAdministrator(rows: readonly RoleRow[], leaving: string): void {
  const able = rows.filter(
    ({ state, roles }) => roles.includes("ADMIN") && (state === "ACTIVE" || state === "DEACTIVATED"),
  );
  if (!able.some(({ id }) => id !== leaving)) throw failure("LAST_ADMINISTRATOR");
}

/** Writes what an account may do beyond its own affairs. */
export async function setRoles(tx: Tx, accountId: string, roles: readonly StoredRole[], now: Date): Promise<void> {
  await tx.query(sql`update account set roles = ${[...roles]}::text[], updated_at = ${now} where id = ${accountId}`);
}

/** Accounts above user, in the order of their ids, after one of them; those that are being deleted are left out. */
export const readRoleHolders = (query: Query, after: string, limit: number) =>
  query<
    ProfileRow & Pick<AccountRow, "roles">
  >(sql`select id, handle, display_name, bio, avatar_media_id, state, version, created_at, roles
    from account where roles <> '{}' and state <> 'DELETING' and id > ${after}::uuid
    order by id limit ${limit}::int`);
