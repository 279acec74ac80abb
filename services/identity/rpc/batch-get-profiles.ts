import type { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { readInfo } from "../rules/read-info.ts";
import { profilesFor } from "../store/profiles.ts";

/** Many public profiles in the order asked, repetitions included; hidden and unknown ones are left out. */
export const batchGetProfiles =
  (deps: Deps): Rpc<typeof IdentityService.method.batchGetProfiles> =>
  async ({ accountIds }, ctx) => {
    const asked = accountIds.map((id) => id.toLowerCase());
    const known = await profilesFor(deps, ctx.actor?.accountId, [...new Set(asked)]);
    const found = asked.flatMap((id) => known.get(id) ?? []);
    return { profiles: found.map(({ value }) => value), readInfo: readInfo(found) };
  };
