import { toBinary } from "@bufbuild/protobuf";
import {
  ContentFilterChangedSchema,
  HashtagFollowedSchema,
  HashtagUnfollowedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import { type ContentFilter, ContentFilterSchema } from "#gen/skein/content/v1/content_filter_pb.ts";
import { FilterRowSchema, HashtagFollowRowSchema } from "#gen/skein/content/v1/snapshot_rows_pb.ts";
import { consumer, from, together } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import {
  clearFilters,
  clearTagFollows,
  type FilterChange,
  storeFilters,
  storeTagFollows,
  type TagChange,
} from "../store/wishes.ts";
import { wishWords } from "../store/words.ts";
import { telling } from "./telling.ts";

const EVENTS = [ContentFilterChangedSchema, HashtagFollowedSchema, HashtagUnfollowedSchema] as const;

/** What accounts want to see, and what they do not: followed tags and content filters. */
export const keepWishes = telling(
  consumer<Deps>(
    "keep-wishes",
    together(EVENTS, async (deliveries, tx) => {
      const filters = new Map<string, FilterChange>();
      const tags = new Map<string, TagChange>();
      for (const { event, partition: shard } of deliveries) {
        const { accountId } = event;
        if (event.$typeName === "skein.content.v1.ContentFilterChanged")
          filters.set(event.filterId, changeOf(accountId, event.filterId, shard, event.filter));
        else {
          const follows = event.$typeName === "skein.content.v1.HashtagFollowed";
          tags.set(`${accountId} ${event.tag}`, { accountId, tag: event.tag, shard, follows });
        }
      }
      await storeFilters(tx, [...filters.values()]);
      await storeTagFollows(tx, [...tags.values()]);
    }),
    [
      from(
        "filter",
        FilterRowSchema,
        ({ rows, tx, partition }) =>
          storeFilters(
            tx,
            rows.flatMap(({ accountId, filter }) =>
              filter ? [changeOf(accountId, filter.id, partition, filter)] : [],
            ),
          ),
        ({ tx, partition }) => clearFilters(tx, partition),
        wishWords.filter,
      ),
      from(
        "hashtag-follow",
        HashtagFollowRowSchema,
        ({ rows, tx, partition: shard }) =>
          storeTagFollows(
            tx,
            rows.map(({ accountId, tag }) => ({ accountId, tag, shard, follows: true })),
          ),
        ({ tx, partition }) => clearTagFollows(tx, partition),
        wishWords.tag,
      ),
    ],
    { tables: [{ table: "content_filter" }, { table: "tag_follow" }] },
  ),
  ({ accountId }: { readonly accountId: string }) => ({ viewers: [accountId] }),
);

const changeOf = (
  accountId: string,
  filterId: string,
  shard: number,
  filter: ContentFilter | undefined,
): FilterChange => ({
  ...{ accountId, filterId, shard, version: filter?.version ?? 0n },
  bytes: filter && Buffer.from(toBinary(ContentFilterSchema, filter)),
});
