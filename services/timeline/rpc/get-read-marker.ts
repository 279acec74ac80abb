import type { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { readMarker } from "../store/markers.ts";

/** How far the caller has read. */
export const getReadMarker =
  ({ db }: Deps): Rpc<typeof TimelineService.method.getReadMarker> =>
  async (_, ctx) => {
    const marker = await readMarker(db, callerOf(ctx));
    return marker ? { marker } : {};
  };
