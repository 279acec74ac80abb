import { create } from "@bufbuild/protobuf";
import type { ProjectionAdminService } from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import { RankingConfigChangedSchema } from "#gen/skein/timeline/v1/timeline_events_pb.ts";
import { RankingConfigSchema } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { meshFailure } from "#mesh/failure.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { mergeMasked } from "../rules/merge-masked.ts";
import { addRanking, holdRanking } from "../store/ranking.ts";

/** Sets other weights under the next version, and announces them; every process knows them within seconds. */
export const updateRankingConfig =
  ({ db, ranking }: Deps): Rpc<typeof ProjectionAdminService.method.updateRankingConfig> =>
  async ({ config: change = create(RankingConfigSchema), updateMask }, ctx) => {
    const by = callerOf(ctx);
    const answer = await db.commit(ctx, async (tx) => {
      const former = await holdRanking(tx);
      const weights = mergeMasked(RankingConfigSchema, former, change, updateMask, ["version", "changed_at"]);
      if (!(weights.offsetHours > 0))
        throw meshFailure("INVALID_REQUEST", { fields: { "config.offset_hours": "is more than nothing" } });
      const config = await addRanking(tx, { weights, former, by, now: ctx.now });
      tx.publish(RankingConfigChangedSchema, { changedBy: by, config });
      return { config };
    });
    await ranking.refresh();
    return answer;
  };
