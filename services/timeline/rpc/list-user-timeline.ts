import { Verdict } from "#gen/skein/common/v1/visibility_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { ItemSource, MissingSource } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { ListUserTimelineResponseSchema, TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import { decide } from "#mesh/visibility.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { entriesOf } from "../store/posts.ts";
import { byTime } from "../view/by-time.ts";
import { completenessOf } from "../view/completeness.ts";
import { lookerOf } from "../view/looker.ts";
import { pageOf, readingIn, tokenOf } from "../view/page.ts";
import { answerOf } from "../view/present.ts";

const method = TimelineService.method.listUserTimeline;

/** Pages through what one account wrote and shared; whom the caller may not see is not found. */
export const listUserTimeline =
  (deps: Deps): Rpc<typeof method> =>
  async (request, ctx) => {
    const reading = readingIn(deps, method, request, request.pageToken);
    const { viewer, trust, readInfo, doubted } = await lookerOf(deps, ctx);
    const accountId = request.accountId.toLowerCase();
    const { withReplies: replies, withoutReposts, mediaOnly } = request;
    const source = byTime(async (before, limit) => {
      const wanted = { before, limit, replies, shares: !withoutReposts, mediaOnly };
      return (await entriesOf(deps, accountId, wanted)).map((id) => ({ id, source: ItemSource.AUTHOR }));
    });
    const page = await pageOf(deps, ctx, source, reading, {
      ...{ timeline: "USER", viewer, trust, now: ctx.now, doubted, withoutReposts, also: [accountId] },
      limit: pageSize(request.pageSize),
    });
    const facts = page.gate?.between.get(accountId);
    // Nobody could tell in time: the page lacks all of it, and says so.
    const known = facts !== undefined || !page.missing.has(MissingSource.VISIBILITY);
    if (known && decide(Surface.PROFILE, facts).verdict === Verdict.HIDE) throw failure("ACCOUNT_NOT_FOUND");
    return answerOf(ListUserTimelineResponseSchema, page.bytes, {
      nextPageToken: tokenOf(deps, method, request, page.next),
      completeness: completenessOf(page.missing),
      collapsedReposts: page.collapsed,
      readInfo,
    });
  };
