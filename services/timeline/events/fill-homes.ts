import {
  type AccountFollowed,
  AccountFollowedSchema,
  type FollowChanged,
  FollowChangedSchema,
} from "#gen/skein/graph/v1/graph_events_pb.ts";
import { FollowRowSchema } from "#gen/skein/graph/v1/snapshot_rows_pb.ts";
import { consumer, type Delivery, from, together } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { backfill } from "../hot/backfill.ts";
import { coolHomes } from "../store/incarnations.ts";

/** What keeps the edges on which deliveries stand. */
const STORAGE = "keep-edges";

/**
 * A new follow, or one that is shown in home again, brings the followee's posts into the follower's home. The edge is in
 * storage by then: what is posted from now on is delivered, what was before is brought, and nothing falls between.
 */
export const fillHomes = consumer<Deps>(
  "fill-homes",
  together<typeof AccountFollowedSchema | typeof FollowChangedSchema, Deps>(
    [AccountFollowedSchema, FollowChangedSchema],
    async (deliveries, tx, deps) => {
      const shown = deliveries.filter(({ event }) => !edgeOf(event).hideFromHome);
      if (shown.length === 0) return;
      if (!(await deps.feeds.applied(STORAGE, shown))) throw failure("TIMELINE_AWAY");
      await backfill(
        deps,
        tx,
        shown.map(({ event }) => edgeOf(event)),
      );
    },
  ),
  // Whose edges they were, nobody knows any more: the homes of the bucket are built anew.
  [
    from(
      "follow",
      FollowRowSchema,
      async () => undefined,
      async ({ tx, partition }) => void (await coolHomes(tx, partition)),
    ),
  ],
);

const edgeOf = (event: Delivery["event"]) => event as unknown as AccountFollowed | FollowChanged;
