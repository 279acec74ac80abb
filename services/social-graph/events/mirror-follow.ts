import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { FollowState } from "#gen/skein/graph/v1/follow_pb.ts";
import {
  type AccountFollowed,
  AccountFollowedSchema,
  type AccountUnfollowed,
  AccountUnfollowedSchema,
  type FollowRejected,
  FollowRejectedSchema,
  type FollowRequested,
  FollowRequestedSchema,
} from "#gen/skein/graph/v1/graph_events_pb.ts";
import { FollowRowSchema } from "#gen/skein/graph/v1/snapshot_rows_pb.ts";
import { consumer, from, together } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import { clearFollowers, type FollowerRow, mirrorEdges } from "../store/followers.ts";

/** Our own log of edges, turned round: who follows an account, and who asks to. A follower's partition is its bucket. */
export const mirrorFollow = consumer<Deps>(
  "mirror-follow",
  together(
    [AccountFollowedSchema, FollowRequestedSchema, AccountUnfollowedSchema, FollowRejectedSchema],
    async (deliveries, tx) => {
      // Of what happened to one edge the last counts: its events are all of one partition, and so in order.
      const last = new Map<string, FollowerRow>();
      for (const { event, partition, seq } of deliveries)
        last.set(`${event.followerId} ${event.followeeId}`, { ...edgeOf(event), bucket: partition, version: seq });
      await mirrorEdges(tx, [...last.values()]);
    },
  ),
  [
    from(
      "follow",
      FollowRowSchema,
      ({ tx, rows, partition, seq }) =>
        mirrorEdges(
          tx,
          rows.map(({ followerId, followeeId, state, followedAt }) => ({
            ...{ followerId, followeeId, followedAt: dateOf(followedAt), bucket: partition, version: seq },
            state: state === FollowState.PENDING ? "PENDING" : "ACTIVE",
          })),
        ),
      async ({ tx, partition }) => void (await clearFollowers(tx, partition)),
    ),
  ],
);

type Event = AccountFollowed | FollowRequested | AccountUnfollowed | FollowRejected;

function edgeOf(event: Event): Omit<FollowerRow, "bucket" | "version"> {
  const { followerId, followeeId } = event;
  const ends = { followerId, followeeId };
  switch (event.$typeName) {
    case "skein.graph.v1.AccountFollowed":
      return { ...ends, state: "ACTIVE", followedAt: dateOf(event.followedAt) };
    case "skein.graph.v1.FollowRequested":
      return { ...ends, state: "PENDING", followedAt: dateOf(event.requestedAt) };
    default:
      return { ...ends, state: undefined, followedAt: dateOf(undefined) };
  }
}

const dateOf = (moment: Timestamp | undefined): Date => (moment ? timestampDate(moment) : new Date(0));
