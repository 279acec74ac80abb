import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { defineService, serve } from "#mesh/service.ts";
import { calls, config, type Deps } from "./deps.ts";
import { forgetAccount } from "./events/forget-account.ts";
import { mirrorAccounts } from "./events/mirror-accounts.ts";
import { mirrorFollow } from "./events/mirror-follow.ts";
import { noteActivity } from "./events/note-activity.ts";
import { scoreAffinity } from "./events/score-affinity.ts";
import { severBlocked } from "./events/sever-blocked.ts";
import { unlistBlocked } from "./events/unlist-blocked.ts";
import { eraseAccounts } from "./jobs/erase-accounts.ts";
import { expireMutes } from "./jobs/expire-mutes.ts";
import { foldCounts } from "./jobs/fold-counts.ts";
import { reconcileCounts } from "./jobs/reconcile-counts.ts";
import { sweepDismissed } from "./jobs/sweep-dismissed.ts";
import { acceptFollowRequest } from "./rpc/accept-follow-request.ts";
import { addListMember } from "./rpc/add-list-member.ts";
import { batchCheckVisibility } from "./rpc/batch-check-visibility.ts";
import { batchGetAffinity } from "./rpc/batch-get-affinity.ts";
import { batchGetCounts } from "./rpc/batch-get-counts.ts";
import { batchGetRelationships } from "./rpc/batch-get-relationships.ts";
import { blockAccount } from "./rpc/block-account.ts";
import { createList } from "./rpc/create-list.ts";
import { deleteList } from "./rpc/delete-list.ts";
import { dismissSuggestion } from "./rpc/dismiss-suggestion.ts";
import { exportGraph } from "./rpc/export-graph.ts";
import { followAccount } from "./rpc/follow-account.ts";
import { getAffinity } from "./rpc/get-affinity.ts";
import { getCounts } from "./rpc/get-counts.ts";
import { getList } from "./rpc/get-list.ts";
import { getPrivacySettings } from "./rpc/get-privacy-settings.ts";
import { getRelationship } from "./rpc/get-relationship.ts";
import { importGraph } from "./rpc/import-graph.ts";
import { listBlocks } from "./rpc/list-blocks.ts";
import { listFollowRequests } from "./rpc/list-follow-requests.ts";
import { listFollowers } from "./rpc/list-followers.ts";
import { listFollowing } from "./rpc/list-following.ts";
import { listKnownFollowers } from "./rpc/list-known-followers.ts";
import { listListMembers } from "./rpc/list-list-members.ts";
import { listLists } from "./rpc/list-lists.ts";
import { listMutes } from "./rpc/list-mutes.ts";
import { listMutuals } from "./rpc/list-mutuals.ts";
import { muteAccount } from "./rpc/mute-account.ts";
import { reconcileCounters } from "./rpc/reconcile-counters.ts";
import { rejectFollowRequest } from "./rpc/reject-follow-request.ts";
import { removeFollower } from "./rpc/remove-follower.ts";
import { removeListMember } from "./rpc/remove-list-member.ts";
import { streamFollowerIds } from "./rpc/stream-follower-ids.ts";
import { suggestAccounts } from "./rpc/suggest-accounts.ts";
import { unblockAccount } from "./rpc/unblock-account.ts";
import { unfollowAccount } from "./rpc/unfollow-account.ts";
import { unmuteAccount } from "./rpc/unmute-account.ts";
import { updateFollow } from "./rpc/update-follow.ts";
import { updateList } from "./rpc/update-list.ts";
import { updatePrivacySettings } from "./rpc/update-privacy-settings.ts";
import { Graph20261123 } from "./store/migrations/20261123-graph.ts";
import { snapshots } from "./store/snapshots.ts";

/** Who follows, blocks and mutes whom, and who may therefore see whom. Calls nobody. */
export const socialGraph = defineService({
  name: "social-graph",
  config,
  calls,
  entities: [],
  migrations: [Graph20261123],
  serves: [
    serve<typeof GraphService, Deps>(GraphService, {
      followAccount,
      unfollowAccount,
      removeFollower,
      listFollowRequests,
      acceptFollowRequest,
      rejectFollowRequest,
      updateFollow,
      listFollowers,
      listFollowing,
      listMutuals,
      getPrivacySettings,
      updatePrivacySettings,
      getRelationship,
      batchGetRelationships,
      blockAccount,
      unblockAccount,
      listBlocks,
      muteAccount,
      unmuteAccount,
      listMutes,
      batchCheckVisibility,
      getCounts,
      batchGetCounts,
      reconcileCounters,
      streamFollowerIds,
      getAffinity,
      batchGetAffinity,
      suggestAccounts,
      listKnownFollowers,
      dismissSuggestion,
      exportGraph,
      importGraph,
    }),
    serve<typeof ListService, Deps>(ListService, {
      createList,
      updateList,
      deleteList,
      getList,
      listLists,
      addListMember,
      removeListMember,
      listListMembers,
    }),
  ],
  consumes: [mirrorAccounts, mirrorFollow, severBlocked, unlistBlocked, scoreAffinity, noteActivity, forgetAccount],
  snapshots,
  jobs: [foldCounts, reconcileCounts, expireMutes, eraseAccounts, sweepDismissed],
});
