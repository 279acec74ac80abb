import type { MessageShape } from "@bufbuild/protobuf";
import type {
  AccountBlockedSchema,
  AccountFollowedSchema,
  AccountMutedSchema,
  AccountUnblockedSchema,
  AccountUnfollowedSchema,
  AccountUnmutedSchema,
  FanoutTierChangedSchema,
  FollowChangedSchema,
  ListChangedSchema,
  PrivacySettingsChangedSchema,
} from "#gen/skein/graph/v1/graph_events_pb.ts";
import { consumer } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import type { Concerned } from "../hot/epochs.ts";
import { keepsEdges } from "../store/keeps-edges.ts";
import { blocks, blocksAnew } from "./keep-blocks.ts";
import { edges, edgesAnew } from "./keep-follows.ts";
import { lists, listsAnew } from "./keep-lists.ts";
import { locks, locksAnew } from "./keep-locks.ts";
import { mutes, mutesAnew } from "./keep-mutes.ts";
import { tiers, tiersAnew } from "./keep-tiers.ts";
import { telling } from "./telling.ts";

/**
 * Everything that social-graph says of who is what to whom. One consumer, so that whoever waits for a block waits for
 * everything that its author did before, and so that there is one answer to how current all of it is.
 */
export const keepEdges = telling(
  consumer<Deps>(
    "keep-edges",
    [...edges, ...blocks, ...mutes, ...locks, ...lists, ...tiers],
    [edgesAnew, blocksAnew, mutesAnew, locksAnew, ...listsAnew, tiersAnew],
    keepsEdges,
  ),
  concerned,
);

type About = MessageShape<
  | typeof AccountFollowedSchema
  | typeof AccountUnfollowedSchema
  | typeof FollowChangedSchema
  | typeof AccountBlockedSchema
  | typeof AccountUnblockedSchema
  | typeof AccountMutedSchema
  | typeof AccountUnmutedSchema
  | typeof PrivacySettingsChangedSchema
  | typeof ListChangedSchema
  | typeof FanoutTierChangedSchema
>;

/** Follows and blocks are between two who both read; a tier is between an account and all who follow it. */
function concerned(event: About): Concerned {
  if ("followerId" in event) return { viewers: [event.followerId, event.followeeId] };
  if ("blockerId" in event) return { viewers: [event.blockerId, event.blockedId] };
  if ("muterId" in event) return { viewers: [event.muterId] };
  if ("ownerId" in event) return { viewers: [event.ownerId] };
  if (event.$typeName === "skein.graph.v1.PrivacySettingsChanged") return { accounts: [event.accountId] };
  return { everybody: true };
}
