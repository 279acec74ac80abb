import type { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { readInfo } from "../rules/read-info.ts";
import { profilesFor } from "../store/profiles.ts";

/** One public profile; hidden and unknown accounts are one answer. */
export const getProfile =
  (deps: Deps): Rpc<typeof IdentityService.method.getProfile> =>
  async ({ accountId }, ctx) => {
    const id = accountId.toLowerCase();
    const found = (await profilesFor(deps, ctx.actor?.accountId, [id])).get(id);
    if (!found) throw failure("ACCOUNT_NOT_FOUND");
    return { profile: found.value, readInfo: readInfo([found]) };
  };
