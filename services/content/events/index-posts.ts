import {
  InteractionPolicyChangedSchema,
  PostDeletedSchema,
  PostEditedSchema,
  PostPublishedSchema,
  PostUndeletedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import type { PostCard } from "#gen/skein/content/v1/post_pb.ts";
import { PostRowSchema } from "#gen/skein/content/v1/snapshot_rows_pb.ts";
import { consumer, from, leisurely, on, together } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import { indexCards, unindexPost, unindexShard } from "../store/search-index.ts";

const said = [PostPublishedSchema, PostEditedSchema, PostUndeletedSchema, InteractionPolicyChangedSchema] as const;

/** Of several versions of a post the last one. */
function latest(cards: readonly (PostCard | undefined)[]): PostCard[] {
  const last = new Map<string, PostCard>();
  for (const card of cards) if (card && card.version >= (last.get(card.id)?.version ?? 0n)) last.set(card.id, card);
  return [...last.values()];
}

/** Posts of our own log become findable, in the version that is announced; deleted ones are found no more. */
export const indexPosts = leisurely(
  consumer<Deps>(
    "index-posts",
    [
      ...together(said, (deliveries, tx) => indexCards(tx, latest(deliveries.map(({ event }) => event.card)))),
      on(PostDeletedSchema, ({ event, tx }) => unindexPost(tx, event)),
    ],
    [
      from(
        "post",
        PostRowSchema,
        ({ rows, tx }) =>
          indexCards(
            tx,
            rows.flatMap(({ card }) => card ?? []),
          ),
        ({ tx, partition }) => unindexShard(tx, partition),
      ),
    ],
  ),
);
