import { FillGapResponseSchema, TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { completenessOf } from "../view/completeness.ts";
import { away, gapSource, leftOf, readGap } from "../view/gaps.ts";
import { homeConsumers, openHome } from "../view/home.ts";
import { pageOf } from "../view/page.ts";
import { answerOf } from "../view/present.ts";

const method = TimelineService.method.fillGap;

/** What lies in a gap of the caller's home, newest first, and what is left of it. */
export const fillGap =
  (deps: Deps): Rpc<typeof method> =>
  async ({ gapToken, pageSize: asked }, ctx) => {
    const gap = readGap(deps, gapToken);
    const readInfo = await deps.feeds.readInfo(ctx, ...homeConsumers);
    const { viewer, trust, skeleton } = await openHome(deps, callerOf(ctx));
    const doubted = readInfo.satisfied === false;
    const showing = { timeline: "HOME", viewer, trust, now: ctx.now, limit: pageSize(asked), doubted } as const;
    const page = await pageOf(deps, ctx, gapSource(skeleton), gap, showing);
    return answerOf(FillGapResponseSchema, page.bytes, {
      gaps: [...leftOf(deps, page), ...away(deps, page)],
      completeness: completenessOf(page.missing),
      readInfo,
      collapsedReposts: page.collapsed,
    });
  };
