import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { AffinityEvidence } from "#gen/skein/graph/v1/affinity_pb.ts";
import type { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { findInHome } from "../view/find-in-home.ts";
import { gradeItem } from "../view/graded-item.ts";
import { homeConsumers, openHome } from "../view/home.ts";

/** How a post came into the caller's home and what its score is made of. What is not there is not found, whyever. */
export const explainTimelineItem =
  (deps: Deps): Rpc<typeof TimelineService.method.explainTimelineItem> =>
  async ({ postId }, ctx) => {
    const viewerId = callerOf(ctx);
    const readInfo = await deps.feeds.readInfo(ctx, ...homeConsumers);
    const doubted = readInfo.satisfied === false;
    const home = await openHome(deps, viewerId);
    const { item: found, places } = await findInHome(deps, ctx, home.viewer, postId.toLowerCase(), doubted);
    if (!found) throw failure("ITEM_NOT_FOUND");
    const { item, rank, score, terms, closest } = await gradeItem(deps, ctx, home, found, doubted);
    const { id, source } = item.candidate;
    const followedAt = places.find((place) => place.id === id)?.followedAt;
    return {
      ...{ itemId: id, source, rank, score, terms, readInfo },
      ...(followedAt && { followedAccountId: item.entry.actorId, followedAt: timestampFromDate(followedAt) }),
      weightsVersion: deps.ranking.now.version,
      affinityEvidence: closest === viewerId ? [] : await evidenceOf(deps, viewerId, closest),
    };
  };

/** Why the two are close; nothing where nobody could be asked. */
async function evidenceOf({ peers, log }: Deps, viewerId: string, accountId: string): Promise<AffinityEvidence[]> {
  try {
    const { affinities } = await peers.graph.batchGetAffinity({ viewerId, accountIds: [accountId] });
    return affinities[0]?.evidence ?? [];
  } catch (error) {
    log.warn({ cause: error }, "why accounts are close could not be asked");
    return [];
  }
}
