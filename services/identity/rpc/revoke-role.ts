import { RevocationReason, RoleChangedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { targetOf } from "../rules/administrator.ts";
import { rolesOf } from "../store/accounts.ts";
import { revokeAllSessions } from "../store/revoke.ts";
import { lockWithAdministrators, refuseLastAdministrator, setRoles, storedRole } from "../store/roles.ts";
import { requireSession } from "../store/sessions.ts";

/** Takes a role away at once: the account's sessions end, for its tokens still name the role. */
export const revokeRole =
  ({ db, config }: Deps): Rpc<typeof IdentityService.method.revokeRole> =>
  async (request, ctx) =>
    db.commit(ctx, async (tx) => {
      const accountId = request.accountId.toLowerCase();
      const caller = callerOf(ctx);
      const locked = await lockWithAdministrators(tx.query, [caller, accountId]);
      const target = targetOf(locked, caller, accountId);
      await requireSession(tx.query, ctx);
      const role = storedRole(request.role);
      if (!target.roles.includes(role)) return { roles: rolesOf(target) };
      if (role === "ADMIN") refuseLastAdministrator(locked, accountId);
      const roles = target.roles.filter((one) => one !== role);
      await setRoles(tx, accountId, roles, ctx.now);
      const answer = { roles: rolesOf({ roles }) };
      tx.publish(RoleChangedSchema, { accountId, ...answer });
      await revokeAllSessions(tx, {
        accountId,
        reason: RevocationReason.ROLE_CHANGED,
        now: ctx.now,
        ttlMs: config.accessTtl,
      });
      return answer;
    });
