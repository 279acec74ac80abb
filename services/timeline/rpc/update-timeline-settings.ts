import { create } from "@bufbuild/protobuf";
import { TimelineSettingsSchema } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { changing } from "../hot/epochs.ts";
import { mergeMasked } from "../rules/merge-masked.ts";
import { settled } from "../rules/settings.ts";
import { holdSettings, keepSettings } from "../store/settings.ts";

/** Changes the fields that are named, or without a mask those that are set; the rest stays. */
export const updateTimelineSettings =
  (deps: Deps): Rpc<typeof TimelineService.method.updateTimelineSettings> =>
  async ({ settings: change = create(TimelineSettingsSchema), updateMask }, ctx) => {
    const accountId = callerOf(ctx);
    const update = () =>
      deps.db.commit(ctx, async (tx) => {
        const held = await holdSettings(tx, accountId);
        const settings = settled(mergeMasked(TimelineSettingsSchema, held, change, updateMask));
        await keepSettings(tx, accountId, settings);
        return { settings };
      });
    return changing(deps, { viewers: [accountId] }, update);
  };
