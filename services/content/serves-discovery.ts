import { ContentFilterService } from "#gen/skein/content/v1/content_filter_service_pb.ts";
import { DraftService } from "#gen/skein/content/v1/draft_service_pb.ts";
import { HashtagService } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import { SearchService } from "#gen/skein/content/v1/search_service_pb.ts";
import { serve } from "#mesh/service.ts";
import type { Deps } from "./deps.ts";
import { indexPosts } from "./events/index-posts.ts";
import { mirrorLocks } from "./events/mirror-locks.ts";
import { computeTrends } from "./jobs/compute-trends.ts";
import { keepSearchMonths } from "./jobs/keep-search-months.ts";
import { publishScheduled } from "./jobs/publish-scheduled.ts";
import { recountHashtagHours } from "./jobs/recount-hashtag-hours.ts";
import { sweepScheduled } from "./jobs/sweep-scheduled.ts";
import { cancelScheduledPost } from "./rpc/cancel-scheduled-post.ts";
import { createContentFilter } from "./rpc/create-content-filter.ts";
import { createDraft } from "./rpc/create-draft.ts";
import { deleteContentFilter } from "./rpc/delete-content-filter.ts";
import { deleteDraft } from "./rpc/delete-draft.ts";
import { followHashtag } from "./rpc/follow-hashtag.ts";
import { listContentFilters } from "./rpc/list-content-filters.ts";
import { listDrafts } from "./rpc/list-drafts.ts";
import { listFollowedHashtags } from "./rpc/list-followed-hashtags.ts";
import { listPostsByHashtag } from "./rpc/list-posts-by-hashtag.ts";
import { listScheduledPosts } from "./rpc/list-scheduled-posts.ts";
import { listTrendingHashtags } from "./rpc/list-trending-hashtags.ts";
import { publishDraft } from "./rpc/publish-draft.ts";
import { reschedulePost } from "./rpc/reschedule-post.ts";
import { schedulePost } from "./rpc/schedule-post.ts";
import { searchPosts } from "./rpc/search-posts.ts";
import { unfollowHashtag } from "./rpc/unfollow-hashtag.ts";
import { updateContentFilter } from "./rpc/update-content-filter.ts";
import { updateDraft } from "./rpc/update-draft.ts";

/** How posts are found, how they are kept from being found, and those that are not out yet. */
export const discoveryServes = [
  serve<typeof DraftService, Deps>(DraftService, {
    createDraft,
    updateDraft,
    deleteDraft,
    listDrafts,
    publishDraft,
    schedulePost,
    reschedulePost,
    cancelScheduledPost,
    listScheduledPosts,
  }),
  serve<typeof HashtagService, Deps>(HashtagService, {
    listPostsByHashtag,
    followHashtag,
    unfollowHashtag,
    listFollowedHashtags,
    listTrendingHashtags,
  }),
  serve<typeof SearchService, Deps>(SearchService, { searchPosts }),
  serve<typeof ContentFilterService, Deps>(ContentFilterService, {
    createContentFilter,
    updateContentFilter,
    deleteContentFilter,
    listContentFilters,
  }),
];

/** What goes on beside it. */
export const discoveryJobs = [publishScheduled, sweepScheduled, computeTrends, recountHashtagHours, keepSearchMonths];

/** What it does about events. */
export const discoveryConsumers = [indexPosts, mirrorLocks];
