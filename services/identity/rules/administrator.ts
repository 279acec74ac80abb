import { meshFailure } from "#mesh/failure.ts";
import { failure } from "../failures.ts";
import type { RoleRow } from "../store/roles.ts";

/** Finds the account whose roles are to change, once it is certain that the caller still is an administrator. */
export function targetOf(rows: readonly RoleRow[], caller: string, accountId: string): RoleRow {
  // A token is a little older than the truth: somebody who has just lost the role must not give it back to itself.
  const asking = rows.find(({ id }) => id === caller);
  if (!asking?.roles.includes("ADMIN")) throw meshFailure("ROLE_MISSING", { facts: { roles: "ADMIN" } });
  const target = rows.find(({ id }) => id === accountId);
  if (!target || target.state === "DELETING") throw failure("ACCOUNT_NOT_FOUND");
  return target;
}
