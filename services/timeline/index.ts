import { ProjectionAdminService } from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { defineService, serve } from "#mesh/service.ts";
import { calls, config, type Deps } from "./deps.ts";
import { countReactions } from "./events/count-reactions.ts";
import { deliverPosts } from "./events/deliver-posts.ts";
import { fillHomes } from "./events/fill-homes.ts";
import { keepAccounts } from "./events/keep-accounts.ts";
import { keepEdges } from "./events/keep-edges.ts";
import { keepPosts } from "./events/keep-posts.ts";
import { keepWishes } from "./events/keep-wishes.ts";
import { stepEngagement } from "./events/step-engagement.ts";
import { wakeReaders } from "./events/wake-readers.ts";
import { equip } from "./gear.ts";
import { dropSteps } from "./jobs/drop-steps.ts";
import { eraseAccounts } from "./jobs/erase-accounts.ts";
import { guardHomes } from "./jobs/guard-homes.ts";
import { mendCopies } from "./jobs/mend-copies.ts";
import { rankExplore } from "./jobs/rank-explore.ts";
import { rescorePosts } from "./jobs/rescore-posts.ts";
import { sweepHomes } from "./jobs/sweep-homes.ts";
import { verifyProjectionJob } from "./jobs/verify-projection.ts";
import { explainAbsence } from "./rpc/explain-absence.ts";
import { explainTimelineItem } from "./rpc/explain-timeline-item.ts";
import { fillGap } from "./rpc/fill-gap.ts";
import { getFanoutStatus } from "./rpc/get-fanout-status.ts";
import { getRankingConfig } from "./rpc/get-ranking-config.ts";
import { getReadMarker } from "./rpc/get-read-marker.ts";
import { getTimelineSettings } from "./rpc/get-timeline-settings.ts";
import { listExploreTimeline } from "./rpc/list-explore-timeline.ts";
import { listHashtagTimeline } from "./rpc/list-hashtag-timeline.ts";
import { listHomeTimeline } from "./rpc/list-home-timeline.ts";
import { listListTimeline } from "./rpc/list-list-timeline.ts";
import { listUserTimeline } from "./rpc/list-user-timeline.ts";
import { rebuildProjection } from "./rpc/rebuild-projection.ts";
import { rescoreTimelines } from "./rpc/rescore-timelines.ts";
import { sendFeedback } from "./rpc/send-feedback.ts";
import { streamHomeTimeline } from "./rpc/stream-home-timeline.ts";
import { updateRankingConfig } from "./rpc/update-ranking-config.ts";
import { updateReadMarker } from "./rpc/update-read-marker.ts";
import { updateTimelineSettings } from "./rpc/update-timeline-settings.ts";
import { verifyProjection } from "./rpc/verify-projection.ts";
import { Homes20261125 } from "./store/migrations/20261125-homes.ts";
import { Timeline20261125 } from "./store/migrations/20261125-timeline.ts";
import { Indexes20261127 } from "./store/migrations/20261127-indexes.ts";

/** What is shown to whom, in which order: homes, lists, tags, everybody's. */
export const timeline = defineService({
  name: "timeline",
  config,
  calls,
  migrations: [Timeline20261125, Homes20261125, Indexes20261127],
  serves: [
    serve<typeof TimelineService, Deps>(TimelineService, {
      listHomeTimeline,
      listUserTimeline,
      listListTimeline,
      listHashtagTimeline,
      listExploreTimeline,
      fillGap,
      streamHomeTimeline,
      getReadMarker,
      updateReadMarker,
      getTimelineSettings,
      updateTimelineSettings,
      sendFeedback,
      explainTimelineItem,
      explainAbsence,
    }),
    serve<typeof ProjectionAdminService, Deps>(ProjectionAdminService, {
      rebuildProjection,
      verifyProjection,
      rescoreTimelines,
      getFanoutStatus,
      getRankingConfig,
      updateRankingConfig,
    }),
  ],
  // What is known comes first; deliveries wait for it.
  consumes: [
    keepPosts,
    countReactions,
    keepWishes,
    keepEdges,
    keepAccounts,
    deliverPosts,
    fillHomes,
    wakeReaders,
    stepEngagement,
  ],
  jobs: [mendCopies, eraseAccounts, guardHomes, sweepHomes, rescorePosts, dropSteps, rankExplore, verifyProjectionJob],
  equip,
});
