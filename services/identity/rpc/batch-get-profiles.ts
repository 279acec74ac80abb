import type { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { visibleTo } from "../gear/visibility.ts";
import { readInfo } from "../rules/read-info.ts";
import { profilesFor } from "../store/profiles.ts";

/** Many public profiles in the order asked, repetitions included; who is unknown, hidden or not to be judged is left out. */
export const batchGetProfiles =
  (deps: Deps): Rpc<typeof IdentityService.method.batchGetProfiles> =>
  async ({ accountIds }, ctx) => {
    const asked = accountIds.map((id) => id.toLowerCase());
    const ids = [...new Set(asked)];
    const [profiles, visible] = await Promise.all([
      profilesFor(deps, ctx.actor?.accountId, ids),
      visibleTo(deps, ctx, ids),
    ]);
    const found = asked.flatMap((id) => (visible.ids.has(id) ? (profiles.get(id) ?? []) : []));
    const info = readInfo(found);
    const satisfied = info.satisfied && !visible.unknown;
    return { profiles: found.map(({ value }) => value), readInfo: { ...info, satisfied } };
  };
