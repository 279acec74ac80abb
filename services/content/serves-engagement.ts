import { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { InteractionService } from "#gen/skein/content/v1/interaction_service_pb.ts";
import { PollService } from "#gen/skein/content/v1/poll_service_pb.ts";
import { serve } from "#mesh/service.ts";
import type { Deps } from "./deps.ts";
import { closePolls } from "./jobs/close-polls.ts";
import { foldCounts } from "./jobs/fold-counts.ts";
import { batchGetEngagement } from "./rpc/batch-get-engagement.ts";
import { bookmarkPost } from "./rpc/bookmark-post.ts";
import { detachQuote } from "./rpc/detach-quote.ts";
import { getPollResults } from "./rpc/get-poll-results.ts";
import { likePost } from "./rpc/like-post.ts";
import { listBookmarks } from "./rpc/list-bookmarks.ts";
import { listInteractionRequests } from "./rpc/list-interaction-requests.ts";
import { listLikers } from "./rpc/list-likers.ts";
import { listQuotes } from "./rpc/list-quotes.ts";
import { listSharers } from "./rpc/list-sharers.ts";
import { pinPost } from "./rpc/pin-post.ts";
import { reconcileCounters } from "./rpc/reconcile-counters.ts";
import { removeBookmark } from "./rpc/remove-bookmark.ts";
import { resolveInteractionRequest } from "./rpc/resolve-interaction-request.ts";
import { sharePost } from "./rpc/share-post.ts";
import { unlikePost } from "./rpc/unlike-post.ts";
import { unpinPost } from "./rpc/unpin-post.ts";
import { unsharePost } from "./rpc/unshare-post.ts";
import { updateInteractionPolicy } from "./rpc/update-interaction-policy.ts";
import { votePoll } from "./rpc/vote-poll.ts";

/** What people do with posts. */
export const engagementServes = [
  serve<typeof EngagementService, Deps>(EngagementService, {
    likePost,
    unlikePost,
    listLikers,
    sharePost,
    unsharePost,
    listSharers,
    listQuotes,
    batchGetEngagement,
    reconcileCounters,
  }),
  serve<typeof CollectionService, Deps>(CollectionService, {
    bookmarkPost,
    removeBookmark,
    listBookmarks,
    pinPost,
    unpinPost,
  }),
  serve<typeof InteractionService, Deps>(InteractionService, {
    updateInteractionPolicy,
    listInteractionRequests,
    resolveInteractionRequest,
    detachQuote,
  }),
  serve<typeof PollService, Deps>(PollService, { votePoll, getPollResults }),
];

/** What goes on beside it. */
export const engagementJobs = [foldCounts, closePolls];
