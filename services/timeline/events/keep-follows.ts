import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { FollowState } from "#gen/skein/graph/v1/follow_pb.ts";
import {
  type AccountFollowed,
  AccountFollowedSchema,
  type AccountUnfollowed,
  AccountUnfollowedSchema,
  type FollowChanged,
  FollowChangedSchema,
} from "#gen/skein/graph/v1/graph_events_pb.ts";
import { FollowRowSchema } from "#gen/skein/graph/v1/snapshot_rows_pb.ts";
import { from, together } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import { changeEdges, clearEdges, type EdgeChange } from "../store/follows.ts";
import { edgeWords } from "../store/words.ts";

type Event = AccountFollowed | AccountUnfollowed | FollowChanged;

/** Of what happened to one edge the last counts: its events are all of one partition, and so in order. */
export const edges = together<
  typeof AccountFollowedSchema | typeof AccountUnfollowedSchema | typeof FollowChangedSchema,
  Deps
>([AccountFollowedSchema, AccountUnfollowedSchema, FollowChangedSchema], async (deliveries, tx) => {
  const last = new Map<string, EdgeChange>();
  for (const { event, partition } of deliveries) {
    const key = `${event.followerId} ${event.followeeId}`;
    last.set(key, changeBy(event, partition, last.get(key)));
  }
  await changeEdges(tx, [...last.values()]);
});

/** Edges as social-graph has them; requests are nothing to us before they are accepted. */
export const edgesAnew = from(
  "follow",
  FollowRowSchema,
  ({ tx, rows, partition }) =>
    changeEdges(
      tx,
      rows
        .filter(({ state }) => state === FollowState.ACTIVE)
        .map(({ followerId, followeeId, followedAt, hideReposts, hideFromHome }) => ({
          ...{ followerId, followeeId, hideReposts, hideFromHome, shard: partition },
          ...{ outcome: "KEPT", followedAt: dateOf(followedAt) },
        })),
    ),
  async ({ tx, partition }) => void (await clearEdges(tx, partition)),
  edgeWords.follow,
);

function changeBy(event: Event, shard: number, before: EdgeChange | undefined): EdgeChange {
  const { followerId, followeeId } = event;
  const edge = {
    followerId,
    followeeId,
    shard,
    followedAt: dateOf(undefined),
    hideReposts: false,
    hideFromHome: false,
  };
  if (event.$typeName === "skein.graph.v1.AccountUnfollowed") return { ...edge, outcome: "ENDED" };
  const { hideReposts, hideFromHome } = event;
  if (event.$typeName === "skein.graph.v1.AccountFollowed")
    return { ...edge, hideReposts, hideFromHome, followedAt: dateOf(event.followedAt), outcome: "KEPT" };
  if (before?.outcome === "ENDED") return before; // what is said of a request comes again when it is accepted
  return { ...(before ?? { ...edge, outcome: "SET" }), hideReposts, hideFromHome };
}

const dateOf = (moment: Timestamp | undefined): Date => (moment ? timestampDate(moment) : new Date(0));
