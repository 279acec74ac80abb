import type { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { idTime } from "../rules/id-time.ts";
import { moveMarker, readMarker } from "../store/markers.ts";

/** Clocks of the processes that make ids differ by no more. */
const AHEAD_MS = 60_000;

/** Moves the marker forward. An item of the future would hold it for ever: there is none. */
export const updateReadMarker =
  ({ db }: Deps): Rpc<typeof TimelineService.method.updateReadMarker> =>
  async ({ itemId }, ctx) => {
    const accountId = callerOf(ctx);
    if (idTime(itemId) > ctx.now.getTime() + AHEAD_MS) throw failure("ITEM_NOT_FOUND");
    const marker = (await moveMarker(db, accountId, itemId, ctx.now)) ?? (await readMarker(db, accountId));
    return marker ? { marker } : {};
  };
