import type { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { readSettings } from "../store/settings.ts";

/** The caller's settings, with nothing left unsaid. */
export const getTimelineSettings =
  ({ db }: Deps): Rpc<typeof TimelineService.method.getTimelineSettings> =>
  async (_, ctx) => ({ settings: await readSettings(db, callerOf(ctx)) });
