import type { MessageInitShape } from "@bufbuild/protobuf";
import { Suggestion_Reason as Reason, type SuggestionSchema } from "#gen/skein/graph/v1/affinity_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { knownFollowersOf } from "../store/known-followers.ts";
import { type Candidate, candidatesAfter, START, type Why } from "../store/suggestions.ts";
import { faceOf, shown, visibleAccounts, withholds } from "../store/visible-accounts.ts";

const METHOD = GraphService.method.suggestAccounts;

const REASONS: Record<Why, Reason> = { 1: Reason.KNOWN_FOLLOWERS, 2: Reason.FOLLOWS_YOU, 3: Reason.POPULAR };

/** Pages through whom the caller may want to follow: skeleton, who is known of them, who of all these may be seen. */
export const suggestAccounts =
  (deps: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const { db, cursors, config, feeds } = deps;
    const viewerId = callerOf(ctx);
    const readInfo = await feeds.readInfo(ctx, "mirror-follow", "mirror-accounts");
    const after = placeOf(cursors.read(METHOD, request, request.pageToken).after);
    const limit = pageSize(request.pageSize);
    const dismissedSince = new Date(ctx.now.getTime() - config.dismissedFor);
    const rows = await candidatesAfter(db.query, { viewerId, now: ctx.now, dismissedSince }, after, limit + 1);
    const { items, nextPageToken } = cursors.page(METHOD, request, rows, limit, ({ why, weight, id }) => [
      String(why),
      weight,
      id,
    ]);
    const ids = items.map(({ id }) => id);
    const known = await knownFollowersOf(db.query, viewerId, ids);
    const named = [...known.values()].flatMap(({ closest }) => closest);
    const seen = await visibleAccounts(deps, ctx, Surface.EXPLORE, [...ids, ...named]);
    const suggestions = items.flatMap(({ id, why }): MessageInitShape<typeof SuggestionSchema>[] => {
      const account = seen.get(id);
      if (!account) return [];
      const { count = 0, closest = [] } = withholds(account) ? {} : (known.get(id) ?? {});
      const knownFollowers = closest.flatMap((one) => faceOf(seen.get(one)).profile ?? []);
      return [{ ...shown(ctx, account), reason: REASONS[why], knownFollowerCount: count, knownFollowers }];
    });
    return { suggestions, nextPageToken, readInfo };
  };

function placeOf([why, weight = "", id = ""]: readonly string[] = []): Candidate {
  return why === undefined ? START : { why: Number(why) as Why, weight, id };
}
