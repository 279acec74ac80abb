import { ItemSource } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { ListHashtagTimelineResponseSchema, TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { pageSize } from "#mesh/cursor.ts";
import { foldTag } from "#mesh/judging/hashtag.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { taggedBefore } from "../store/posts.ts";
import { byTime } from "../view/by-time.ts";
import { completenessOf } from "../view/completeness.ts";
import { lookerOf } from "../view/looker.ts";
import { pageOf, readingIn, tokenOf } from "../view/page.ts";
import { answerOf } from "../view/present.ts";

const method = TimelineService.method.listHashtagTimeline;

/** Pages through the public posts with a tag, newest first. */
export const listHashtagTimeline =
  (deps: Deps): Rpc<typeof method> =>
  async (request, ctx) => {
    const tag = foldTag(request.tag);
    if (tag === undefined)
      throw failure("HASHTAG_INVALID", { fields: { tag: "has no letter, or characters that no hashtag has" } });
    const reading = readingIn(deps, method, request, request.pageToken);
    const { viewer, trust, readInfo, doubted } = await lookerOf(deps, ctx);
    const source = byTime(async (before, limit) => {
      const found = await taggedBefore(deps, [tag], before, limit);
      return found.map(({ id }) => ({ id, source: ItemSource.HASHTAG, hashtag: tag }));
    });
    const page = await pageOf(deps, ctx, source, reading, {
      ...{ timeline: "HASHTAG", viewer, trust, now: ctx.now, doubted },
      limit: pageSize(request.pageSize),
    });
    return answerOf(ListHashtagTimelineResponseSchema, page.bytes, {
      nextPageToken: tokenOf(deps, method, request, page.next),
      completeness: completenessOf(page.missing),
      readInfo,
    });
  };
