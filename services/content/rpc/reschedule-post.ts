import type { DraftService } from "#gen/skein/content/v1/draft_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { boundedDate } from "../rules/bounded-date.ts";
import { refuseTime } from "../rules/schedule.ts";
import { putOff, scheduledOf, stateOfScheduled } from "../store/scheduled.ts";

/** Names another time for a post that waits or that failed. */
export const reschedulePost =
  ({ db, config }: Deps): Rpc<typeof DraftService.method.reschedulePost> =>
  async ({ scheduledPostId: id, publishAt: asked }, ctx) => {
    const accountId = callerOf(ctx);
    const publishAt = asked ? boundedDate(asked) : new Date(Number.NaN);
    refuseTime(publishAt, ctx.now, config.scheduleHorizon);
    const row = await putOff(db.query, { accountId, id, publishAt });
    if (row) return { scheduledPost: scheduledOf(row) };
    const state = await stateOfScheduled(db.query, accountId, id);
    throw failure(state === undefined ? "SCHEDULED_POST_NOT_FOUND" : "ALREADY_PUBLISHED");
  };
