import { timestampDate } from "@bufbuild/protobuf/wkt";
import {
  type AccountBlocked,
  AccountBlockedSchema,
  type AccountFollowed,
  AccountFollowedSchema,
  type FollowRequested,
  FollowRequestedSchema,
  UnfollowReason,
} from "#gen/skein/graph/v1/graph_events_pb.ts";
import { consumer, together } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import { announceEnded, type Pair, sever } from "../store/sever.ts";

/**
 * A block ends the follows between the two that are older. Of a follow and a block at the same moment neither need have
 * seen the other; but whichever of the two is looked at last here is looked at after both, and then the follow ends.
 */
export const severBlocked = consumer<Deps>(
  "sever-blocked",
  together([AccountBlockedSchema, AccountFollowedSchema, FollowRequestedSchema], async (deliveries, tx) => {
    const pairs = deliveries.map(({ event }) => pairOf(event));
    const causes = new Map(pairs.map(({ one, other }, at) => [keyOf(one, other), deliveries[at]?.tx]));
    for (const row of await sever(tx, pairs))
      announceEnded(causes.get(keyOf(row.follower_id, row.followee_id)) ?? tx, [row], UnfollowReason.BLOCKED);
  }),
);

const pairOf = (event: AccountBlocked | AccountFollowed | FollowRequested): Pair =>
  event.$typeName === "skein.graph.v1.AccountBlocked"
    ? { one: event.blockerId, other: event.blockedId, blockedAt: event.blockedAt && timestampDate(event.blockedAt) }
    : { one: event.followerId, other: event.followeeId, blockedAt: undefined };

/** The same for both directions. */
const keyOf = (one: string, other: string): string => (one < other ? `${one} ${other}` : `${other} ${one}`);
