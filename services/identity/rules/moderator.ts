import { meshFailure } from "#mesh/failure.ts";
import { failure } from "../failures.ts";
import type { RoleRow } from "../store/roles.ts";

/** Makes certain that the caller still may suspend, and this account: whoever has power is an administrator's affair. */
export function moderated(rows: readonly RoleRow[], caller: string, accountId: string): RoleRow {
  // A token is a little older than the truth.
  const roles = rows.find(({ id }) => id === caller)?.roles ?? [];
  if (roles.length === 0) throw meshFailure("ROLE_MISSING", { facts: { roles: "MODERATOR" } });
  const target = rows.find(({ id }) => id === accountId);
  if (!target) throw failure("ACCOUNT_NOT_FOUND");
  if (target.roles.length > 0 && !roles.includes("ADMIN"))
    throw meshFailure("ROLE_MISSING", { facts: { roles: "ADMIN" } });
  return target;
}
