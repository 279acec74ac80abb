import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { FanoutTier } from "#gen/skein/graph/v1/counts_pb.ts";
import type { ProjectionAdminService } from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { firstIdAt } from "../rules/entry-ids.ts";
import { readFanout } from "../store/fanout-jobs.ts";

/** How far deliveries are behind, and how one account's posts travel. */
export const getFanoutStatus =
  ({ db, feeds, clock, config }: Deps): Rpc<typeof ProjectionAdminService.method.getFanoutStatus> =>
  async ({ accountId }) => {
    const now = clock.now().getTime();
    const [status, behind, freshAsOf] = await Promise.all([
      readFanout(db, accountId || undefined, firstIdAt(now - config.pullHorizon)),
      feeds.behind("deliver-posts"),
      feeds.freshAsOf("deliver-posts"),
    ]);
    return {
      jobs: status.jobs,
      ...(status.oldestMs !== undefined && { oldestJob: durationFromMs(status.oldestMs) }),
      eventsBehind: behind,
      lag: durationFromMs(Math.max(0, now - freshAsOf.getTime())),
      ...(accountId && { tier: status.pulled ? FanoutTier.PULL : FanoutTier.PUSH, followers: status.followers }),
      pulledAuthors: status.pulledAuthors,
    };
  };
