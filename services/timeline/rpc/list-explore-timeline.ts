import { ItemSource } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { ListExploreTimelineResponseSchema, TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { recentIn } from "../rules/explore-order.ts";
import { NOTHING_SEEN } from "../rules/seen-posts.ts";
import { readExplored } from "../store/explore.ts";
import { completenessOf } from "../view/completeness.ts";
import { lookerOf } from "../view/looker.ts";
import { pageOf, type Reading, readingIn, type Source, tokenOf } from "../view/page.ts";
import { answerOf } from "../view/present.ts";

const method = TimelineService.method.listExploreTimeline;
const BEGINNING: Reading = { place: undefined, seen: NOTHING_SEEN };

/**
 * Pages through one order of public posts, the same for everybody. Whom the caller may not see is left out of it, and so
 * is who would come a third time in ten because others were: what the order itself promises holds for what is shown.
 */
export const listExploreTimeline =
  (deps: Deps): Rpc<typeof method> =>
  async (request, ctx) => {
    const asked = readingIn(deps, method, request, request.pageToken);
    const { viewer, trust, readInfo, doubted } = await lookerOf(deps, ctx);
    const limit = pageSize(request.pageSize);
    const showing = { timeline: "EXPLORE", viewer, trust, now: ctx.now, doubted, limit } as const;
    const order = { gone: false };
    const source = exploring(deps, request.language, order);
    let reading = asked;
    let page = await pageOf(deps, ctx, source, reading, showing);
    if (order.gone) {
      reading = BEGINNING;
      page = await pageOf(deps, ctx, source, reading, showing);
    }
    const recent = recentIn(reading.place?.[2]);
    const shown = page.items.map(({ card }) => {
      const fits = !recent.full(card.authorId);
      if (fits) recent.add(card.authorId);
      return fits;
    });
    const [generation = "", place = ""] = page.next?.place ?? [];
    const next = page.next && { ...page.next, place: [generation, place, recent.text()] };
    return answerOf(
      ListExploreTimelineResponseSchema,
      page.bytes.filter((_, at) => shown[at]),
      {
        nextPageToken: tokenOf(deps, method, request, next),
        completeness: completenessOf(page.missing),
        readInfo,
        reset: order.gone,
      },
    );
  };

/** The order that a place names, or the newest; says if the one that is named is gone. */
function exploring({ db }: Deps, language: string, order: { gone: boolean }): Source {
  return async (place, wanted) => {
    const from = place && { generation: Number(place[0]), after: Number(place[1]) };
    const { generation, places } = await readExplored(db, from, language, wanted + 1);
    if (from && generation === undefined) order.gone = true;
    const cut = places.slice(0, wanted);
    return {
      candidates: cut.map(({ postId }) => ({ id: postId, source: ItemSource.EXPLORED })),
      end: places.length <= wanted,
      placeAfter: (count) => [String(generation), String(cut[count - 1]?.place ?? from?.after ?? 0)],
    };
  };
}
