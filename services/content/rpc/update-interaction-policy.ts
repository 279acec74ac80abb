import type { InteractionService } from "#gen/skein/content/v1/interaction_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { settledPolicy } from "../rules/policy.ts";
import { changePolicy } from "../store/policies.ts";

/** Sets who may reply to and quote an own post from now on; what holds already changes nothing. */
export const updateInteractionPolicy =
  ({ db }: Deps): Rpc<typeof InteractionService.method.updateInteractionPolicy> =>
  async ({ postId, policy }, ctx) => {
    const settled = settledPolicy(policy);
    return { policy: settled, version: await changePolicy(db, ctx, postId, settled) };
  };
