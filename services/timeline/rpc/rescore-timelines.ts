import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ProjectionAdminService } from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { rescore } from "../scoring/rescore.ts";

/** Counts recent posts anew for the window that it is, at once. */
export const rescoreTimelines =
  (deps: Deps): Rpc<typeof ProjectionAdminService.method.rescoreTimelines> =>
  async (_, ctx) => {
    const { posts, windowMs } = await rescore(deps, ctx.signal);
    const took = durationFromMs(deps.clock.now().getTime() - ctx.now.getTime());
    return { posts: BigInt(posts), window: timestampFromMs(windowMs), took };
  };
