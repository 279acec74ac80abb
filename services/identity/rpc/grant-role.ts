import { RoleChangedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { targetOf } from "../rules/administrator.ts";
import { rolesOf } from "../store/accounts.ts";
import { lockWithAdministrators, setRoles, storedRole } from "../store/roles.ts";
import { requireSession } from "../store/sessions.ts";

/** Gives an account a role; its tokens have it from their next refresh on. */
export const grantRole =
  ({ db }: Deps): Rpc<typeof IdentityService.method.grantRole> =>
  async (request, ctx) =>
    db.commit(ctx, async (tx) => {
      const accountId = request.accountId.toLowerCase();
      const caller = callerOf(ctx);
      const target = targetOf(await lockWithAdministrators(tx.query, [caller, accountId]), caller, accountId);
      await requireSession(tx.query, ctx);
      const role = storedRole(request.role);
      if (target.roles.includes(role)) return { roles: rolesOf(target) };
      const roles = [...target.roles, role];
      await setRoles(tx, accountId, roles, ctx.now);
      const answer = { roles: rolesOf({ roles }) };
      tx.publish(RoleChangedSchema, { accountId, ...answer });
      return answer;
    });
