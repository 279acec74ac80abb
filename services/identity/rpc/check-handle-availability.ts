import type { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { isReserved } from "../rules/handle.ts";
import { isFree } from "../store/handles.ts";

/** Says whether anybody could take a handle now; it promises nothing for later. */
export const checkHandleAvailability =
  ({ db }: Deps): Rpc<typeof IdentityService.method.checkHandleAvailability> =>
  async ({ handle }, ctx) => {
    if (isReserved(handle)) return { available: false, reason: "RESERVED" };
    const available = await isFree(db.query, handle, ctx.now);
    return { available, reason: available ? "" : "TAKEN" };
  };
