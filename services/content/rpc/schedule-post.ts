import { create } from "@bufbuild/protobuf";
import type { DraftService } from "#gen/skein/content/v1/draft_service_pb.ts";
import { NewPostSchema } from "#gen/skein/content/v1/new_post_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { prepare } from "../posting/prepare.ts";
import { boundedDate } from "../rules/bounded-date.ts";
import { refuseTime } from "../rules/schedule.ts";
import { holdAccount } from "../store/hold.ts";
import { keepScheduled, scheduledOf } from "../store/scheduled.ts";

/** Keeps a post for later. It is checked as if it were published now, and again when it is. */
export const schedulePost =
  (deps: Deps): Rpc<typeof DraftService.method.schedulePost> =>
  async ({ post = create(NewPostSchema), publishAt: asked, draftId }, ctx) => {
    const { db, ids, config } = deps;
    const accountId = callerOf(ctx);
    const publishAt = asked ? boundedDate(asked) : new Date(Number.NaN);
    const refused = await prepare(deps, ctx, accountId, post).then(
      () => undefined,
      (error: unknown) => error,
    );
    return db.commit(ctx, async (tx) => {
      // Not before here: a repeated call gets its first answer, whatever stands in the way by now.
      if (refused !== undefined) throw refused;
      refuseTime(publishAt, ctx.now, config.scheduleHorizon);
      await holdAccount(tx, "scheduled", accountId);
      const wish = { id: ids.next(), accountId, post, publishAt, now: ctx.now, draftId: draftId || null };
      const row = await keepScheduled(tx, wish, config.maxScheduled);
      if (!row) throw failure("TOO_MANY_SCHEDULED", { facts: { most: String(config.maxScheduled) } });
      return { scheduledPost: scheduledOf(row) };
    });
  };
