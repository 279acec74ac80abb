import type { DraftService } from "#gen/skein/content/v1/draft_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { cancelScheduled } from "../store/scheduled.ts";

/** Forgets a post that waits or failed; what is answered so is never published. */
export const cancelScheduledPost =
  ({ db }: Deps): Rpc<typeof DraftService.method.cancelScheduledPost> =>
  async ({ scheduledPostId }, ctx) => {
    const outcome = await cancelScheduled(db.query, callerOf(ctx), scheduledPostId);
    if (outcome === "TOO_LATE") throw failure("ALREADY_PUBLISHED");
    return {};
  };
