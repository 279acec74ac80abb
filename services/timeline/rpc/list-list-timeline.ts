import { ItemSource } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { ListListTimelineResponseSchema, TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { readList } from "../store/list-members.ts";
import { entriesBefore } from "../store/posts.ts";
import { byTime } from "../view/by-time.ts";
import { completenessOf } from "../view/completeness.ts";
import { lookerOf } from "../view/looker.ts";
import { pageOf, readingIn, tokenOf } from "../view/page.ts";
import { answerOf } from "../view/present.ts";

const method = TimelineService.method.listListTimeline;

/** Pages through what the members of one of the caller's lists wrote and shared; others' lists are not found. */
export const listListTimeline =
  (deps: Deps): Rpc<typeof method> =>
  async (request, ctx) => {
    const reading = readingIn(deps, method, request, request.pageToken);
    const { viewer, trust, readInfo, doubted } = await lookerOf(deps, ctx);
    const list = await readList(deps.db, callerOf(ctx), request.listId);
    if (!list) throw failure("LIST_NOT_FOUND");
    const { members, hideReposts: withoutReposts } = list;
    const source = byTime(async (before, limit) => {
      const ids = await entriesBefore(deps, members, before, limit, { shares: !withoutReposts });
      return ids.map((id) => ({ id, source: ItemSource.LIST }));
    });
    const page = await pageOf(deps, ctx, source, reading, {
      ...{ timeline: "LIST", viewer, trust, now: ctx.now, doubted, withoutReposts },
      limit: pageSize(request.pageSize),
    });
    return answerOf(ListListTimelineResponseSchema, page.bytes, {
      nextPageToken: tokenOf(deps, method, request, page.next),
      completeness: completenessOf(page.missing),
      collapsedReposts: page.collapsed,
      readInfo,
    });
  };
