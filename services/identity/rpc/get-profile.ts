import type { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { certain, visibleTo } from "../gear/visibility.ts";
import { readInfo } from "../rules/read-info.ts";
import { profilesFor } from "../store/profiles.ts";

/** One public profile; whoever is unknown, hidden or blocked is one answer, found out by the same work at once. */
export const getProfile =
  (deps: Deps): Rpc<typeof IdentityService.method.getProfile> =>
  async ({ accountId }, ctx) => {
    const id = accountId.toLowerCase();
    const [profiles, visible] = await Promise.all([
      profilesFor(deps, ctx.actor?.accountId, [id]),
      visibleTo(deps, ctx, [id]),
    ]);
    const found = profiles.get(id);
    if (!certain(visible).has(id) || !found) throw failure("ACCOUNT_NOT_FOUND");
    return { profile: found.value, readInfo: readInfo([found]) };
  };
