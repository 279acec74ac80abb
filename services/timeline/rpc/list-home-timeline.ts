import { TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { ListHomeTimelineResponseSchema, TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { hearPlaces } from "../hot/place-news.ts";
import { heldOf, resumeTokenOf } from "../live/resume.ts";
import { NOTHING_SEEN } from "../rules/seen-posts.ts";
import { completenessOf } from "../view/completeness.ts";
import { away, unreadBehind, unreadOfHead } from "../view/gaps.ts";
import { homeConsumers, homeFrom } from "../view/home.ts";
import { readHomePlace } from "../view/home-source.ts";
import type { Item } from "../view/hydrate.ts";
import { packReading, pageOf, type Reading, unpackReading } from "../view/page.ts";
import { answerOf } from "../view/present.ts";

const method = TimelineService.method.listHomeTimeline;

/** Pages through the caller's home: ranked, from a head whose order is pinned, or newest first. */
export const listHomeTimeline =
  (deps: Deps): Rpc<typeof method> =>
  async (request, ctx) => {
    const reading =
      request.pageToken === "" ? BEGINNING : unpackReading(deps.cursors.unwrap(method, request.pageToken));
    const readInfo = await deps.feeds.readInfo(ctx, ...homeConsumers);
    const limit = pageSize(request.pageSize);
    const place = reading.place && readHomePlace(reading.place);
    const { mode, newestKnownItemId } = request;
    const heard = hearPlaces(deps); // goes out with the question for the home
    const home = await homeFrom(deps, callerOf(ctx), { place, mode, now: ctx.now, limit });
    const { viewer, trust, source, reset } = home;
    const from = reset ? BEGINNING : reading;
    const ranked = source.mode === TimelineMode.RANKED;
    const first = from.place === undefined;
    const page = await pageOf(deps, ctx, source.read, from, {
      ...{ timeline: "HOME", viewer, trust, now: ctx.now, limit, doubted: readInfo.satisfied === false },
      heard,
      slot: first ? trust?.first[ranked ? "ranked" : "newest"] : undefined,
    });
    const known = newestKnownItemId.toLowerCase();
    const unread =
      known === "" || (ranked && !first) ? NONE : (ranked ? unreadOfHead : unreadBehind)(deps, home, page, known);
    page.token ??= page.next ? deps.cursors.wrap(method, packReading(page.next)) : "";
    return answerOf(ListHomeTimelineResponseSchema, page.bytes, {
      nextPageToken: page.token,
      gaps: [...(await unread), ...away(deps, page)],
      completeness: completenessOf(source.missing, page.missing),
      readInfo,
      collapsedReposts: page.collapsed,
      reset,
      mode: source.mode,
      resumeToken:
        first && request.withResumeToken
          ? resumeTokenOf(deps, heldOf(newestFirst(page.items), page.next === undefined))
          : "",
    });
  };

const NONE: [] = [];

const BEGINNING: Reading = { place: undefined, seen: NOTHING_SEEN };

const newestFirst = (items: readonly Item[]): Item[] =>
  items.toSorted((a, b) => (a.candidate.id < b.candidate.id ? 1 : -1));
