import type { MessageShape } from "@bufbuild/protobuf";
import { type Timestamp, timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  PostBookmarkedSchema,
  PostLikedSchema,
  PostSharedSchema,
  PostUnbookmarkedSchema,
  PostUnlikedSchema,
  PostUnsharedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import { BookmarkRowSchema, LikeRowSchema, ShareRowSchema } from "#gen/skein/content/v1/snapshot_rows_pb.ts";
import { consumer, from, together } from "#mesh/consumer.ts";
import type { Tx } from "#mesh/store/commit.ts";
import type { Deps } from "../deps.ts";
import { keepCopies } from "../hot/copies.ts";
import { countsWrite } from "../store/counts.ts";
import { keepsReactions } from "../store/keeps-reactions.ts";
import { applyReactions, clearReactions, Kind, type Reaction } from "../store/reactions.ts";
import { markStale } from "../store/stale-copies.ts";
import { reactionWords } from "../store/words.ts";
import { telling } from "./telling.ts";

const EVENTS = [
  PostLikedSchema,
  PostUnlikedSchema,
  PostSharedSchema,
  PostUnsharedSchema,
  PostBookmarkedSchema,
  PostUnbookmarkedSchema,
] as const;
type Event = MessageShape<(typeof EVENTS)[number]>;

/** Who likes, shared and saved what, and how often: one statement for all that came at once. */
export const countReactions = telling(
  consumer<Deps>(
    "count-reactions",
    together(EVENTS, async (deliveries, tx, deps) => {
      const last = new Map<string, Reaction>();
      for (const { event, partition, at } of deliveries) {
        const reaction = reactionIn(event, partition, at);
        last.set(`${reaction.accountId} ${reaction.postId} ${reaction.kind}`, reaction);
      }
      const counts = await applyReactions(tx, [...last.values()], { told: true });
      if (await keepCopies(deps, counts.map(countsWrite))) return;
      await markStale(
        tx,
        counts.map(({ post_id }) => post_id),
        deps.clock.now(),
      );
    }),
    [
      from(
        "like",
        LikeRowSchema,
        ({ rows, tx, partition: shard }, deps) =>
          restore(
            tx,
            deps,
            rows.map(({ likerId: accountId, postId, authorId, likedAt }) => ({
              ...{ accountId, postId, authorId, kind: Kind.LIKE, shard, at: moment(likedAt, deps) },
            })),
          ),
        ({ tx, partition }, { clock }) => clearReactions(tx, Kind.LIKE, partition, clock.now()),
        reactionWords.like,
      ),
      from(
        "share",
        ShareRowSchema,
        ({ rows, tx, partition: shard }, deps) =>
          restore(
            tx,
            deps,
            rows.map(({ sharerId: accountId, postId, authorId, sharedAt }) => ({
              ...{ accountId, postId, authorId, kind: Kind.SHARE, shard, at: moment(sharedAt, deps) },
            })),
          ),
        ({ tx, partition }, { clock }) => clearReactions(tx, Kind.SHARE, partition, clock.now()),
        reactionWords.share,
      ),
      from(
        "bookmark",
        BookmarkRowSchema,
        ({ rows, tx, partition: shard }, deps) =>
          restore(
            tx,
            deps,
            rows.map(({ accountId, postId, authorId, savedAt }) => ({
              ...{ accountId, postId, authorId, kind: Kind.BOOKMARK, shard, at: moment(savedAt, deps) },
            })),
          ),
        ({ tx, partition }, { clock }) => clearReactions(tx, Kind.BOOKMARK, partition, clock.now()),
        reactionWords.bookmark,
      ),
    ],
    keepsReactions,
  ),
  (event: Event) => ({ viewers: [actorOf(event)] }),
);

const moment = (at: Timestamp | undefined, { clock }: Deps): Date => (at ? timestampDate(at) : clock.now());

async function restore(tx: Tx, { clock }: Deps, reactions: readonly Reaction[]): Promise<void> {
  const counts = await applyReactions(tx, reactions);
  await markStale(
    tx,
    counts.map(({ post_id }) => post_id),
    clock.now(),
  );
}

function reactionIn(event: Event, shard: number, said: Date): Reaction {
  const { postId } = event;
  const authorId = "authorId" in event ? event.authorId : undefined;
  const of = (accountId: string, kind: Kind, at?: Timestamp): Reaction => ({
    ...{ accountId, postId, authorId, kind, shard, at: at && timestampDate(at) },
  });
  const moment = (at: Timestamp | undefined) => at ?? timestampFromDate(said);
  switch (event.$typeName) {
    case "skein.content.v1.PostLiked":
      return of(event.likerId, Kind.LIKE, moment(event.likedAt));
    case "skein.content.v1.PostUnliked":
      return of(event.likerId, Kind.LIKE);
    case "skein.content.v1.PostShared":
      return of(event.sharerId, Kind.SHARE, moment(event.sharedAt));
    case "skein.content.v1.PostUnshared":
      return of(event.sharerId, Kind.SHARE);
    case "skein.content.v1.PostBookmarked":
      return of(event.accountId, Kind.BOOKMARK, moment(event.bookmarkedAt));
    case "skein.content.v1.PostUnbookmarked":
      return of(event.accountId, Kind.BOOKMARK);
  }
}

const actorOf = (event: Event): string =>
  "likerId" in event ? event.likerId : "sharerId" in event ? event.sharerId : event.accountId;
