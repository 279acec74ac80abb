import {
  BookmarkRowSchema,
  ConsentRowSchema,
  EngagementRowSchema,
  FilterRowSchema,
  HashtagFollowRowSchema,
  LikeRowSchema,
  PostRowSchema,
  ShareRowSchema,
} from "#gen/skein/content/v1/snapshot_rows_pb.ts";
import { inMs } from "#mesh/log/digest.ts";
import { type Snapshot, snapshot } from "#mesh/log/snapshot.ts";
import { sql } from "#mesh/store/sql.ts";
import { cardIn } from "./bytes.ts";
import { type CountsRow, countsOf } from "./counts.ts";
import { type FilterRow, filterOf } from "./kept-filters.ts";
import { stampOf } from "./moment.ts";

const ZERO = "00000000-0000-0000-0000-000000000000";

/** Keys are ids, one behind the other: their text sorts as they do. */
const idsIn = (key: string): [string, string] => {
  const [first = ZERO, second = ZERO] = key === "" ? [] : key.split(" ");
  return [first, second];
};

const posts = snapshot(
  "post",
  PostRowSchema,
  (partition, after, limit) => {
    const [author, id] = idsIn(after);
    return sql`select author_id || ' ' || id as key, card from post where shard = ${partition}::smallint and state = 'PUBLISHED'
      and (author_id, id) > (${author}::uuid, ${id}::uuid) order by author_id, id limit ${limit}::int`;
  },
  ({ card: bytes }: { card: Buffer }) => {
    const card = cardIn(bytes);
    return card ? { card } : {};
  },
  (partition) => sql`select author_id || ' ' || id as key, concat_ws(' ', version, md5(card), audience,
      coalesce(parent_id::text, '-'), coalesce(quoted_id::text, '-')) as says
    from post where shard = ${partition}::smallint and state = 'PUBLISHED'`,
);

const likes = snapshot(
  "like",
  LikeRowSchema,
  (partition, after, limit) => {
    const [liker, post] = idsIn(after);
    return sql`select *, liker_id || ' ' || post_id as key from post_like where shard = ${partition}::smallint
      and (liker_id, post_id) > (${liker}::uuid, ${post}::uuid) order by liker_id, post_id limit ${limit}::int`;
  },
  (row: { liker_id: string; post_id: string; author_id: string; liked_at: string }) => ({
    ...{ likerId: row.liker_id, postId: row.post_id, authorId: row.author_id, likedAt: stampOf(row.liked_at) },
  }),
  (partition) => sql`select liker_id || ' ' || post_id as key, concat_ws(' ', author_id, ${inMs("liked_at")}) as says
    from post_like where shard = ${partition}::smallint`,
);

const shares = snapshot(
  "share",
  ShareRowSchema,
  (partition, after, limit) => {
    const [sharer, post] = idsIn(after);
    return sql`select *, sharer_id || ' ' || post_id as key from post_share where shard = ${partition}::smallint
      and (sharer_id, post_id) > (${sharer}::uuid, ${post}::uuid) order by sharer_id, post_id limit ${limit}::int`;
  },
  (row: { sharer_id: string; post_id: string; author_id: string; id: string; shared_at: string }) => ({
    ...{ sharerId: row.sharer_id, postId: row.post_id, authorId: row.author_id },
    ...{ shareId: row.id, sharedAt: stampOf(row.shared_at) },
  }),
  (partition) => sql`select sharer_id || ' ' || post_id as key, concat_ws(' ', author_id, ${inMs("shared_at")}) as says
    from post_share where shard = ${partition}::smallint`,
);

const bookmarks = snapshot(
  "bookmark",
  BookmarkRowSchema,
  (partition, after, limit) => {
    const [account, post] = idsIn(after);
    return sql`select *, account_id || ' ' || post_id as key from bookmark where shard = ${partition}::smallint
      and (account_id, post_id) > (${account}::uuid, ${post}::uuid) order by account_id, post_id limit ${limit}::int`;
  },
  (row: { account_id: string; post_id: string; author_id: string; saved_at: string }) => ({
    ...{ accountId: row.account_id, postId: row.post_id, authorId: row.author_id, savedAt: stampOf(row.saved_at) },
  }),
  (partition) => sql`select account_id || ' ' || post_id as key, concat_ws(' ', author_id, ${inMs("saved_at")}) as says
    from bookmark where shard = ${partition}::smallint`,
);

const engagement = snapshot(
  "engagement",
  EngagementRowSchema,
  (partition, after, limit) => sql`select *, post_id::text as key from post_count where shard = ${partition}::smallint
    and post_id > ${idsIn(after)[0]}::uuid order by post_id limit ${limit}::int`,
  (row: CountsRow & { post_id: string; author_id: string; version: string }) => ({
    ...{ postId: row.post_id, authorId: row.author_id, counts: countsOf(row), version: BigInt(row.version) },
  }),
);

const filters = snapshot(
  "filter",
  FilterRowSchema,
  (partition, after, limit) => {
    const [account, id] = idsIn(after);
    return sql`select *, account_id || ' ' || id as key from content_filter where shard = ${partition}::smallint
      and (account_id, id) > (${account}::uuid, ${id}::uuid) order by account_id, id limit ${limit}::int`;
  },
  (row: FilterRow & { account_id: string }) => ({ accountId: row.account_id, filter: filterOf(row) }),
  (partition) => sql`select account_id || ' ' || id as key, version::text as says
    from content_filter where shard = ${partition}::smallint`,
);

const followedHashtags = snapshot(
  "hashtag-follow",
  HashtagFollowRowSchema,
  (partition, after, limit) => {
    // A tag may hold anything but a space.
    const [account = ZERO, tag = ""] = after === "" ? [] : after.split(" ");
    return sql`select *, account_id || ' ' || tag as key from followed_hashtag where shard = ${partition}::smallint
      and (account_id, tag) > (${account}::uuid, ${tag}::text) order by account_id, tag limit ${limit}::int`;
  },
  (row: { account_id: string; tag: string; followed_at: string }) => ({
    ...{ accountId: row.account_id, tag: row.tag, followedAt: stampOf(row.followed_at) },
  }),
  (partition) => sql`select account_id || ' ' || tag as key, '' as says
    from followed_hashtag where shard = ${partition}::smallint`,
);

const consents = snapshot(
  "consent",
  ConsentRowSchema,
  (partition, after, limit) => {
    const [owner, post] = idsIn(after);
    return sql`select *, owner_id || ' ' || post_id as key from quote_consent where shard = ${partition}::smallint
      and (owner_id, post_id) > (${owner}::uuid, ${post}::uuid) order by owner_id, post_id limit ${limit}::int`;
  },
  (row: { owner_id: string; post_id: string; quoted_id: string; decision: string }) => ({
    ...{ quotedAuthorId: row.owner_id, postId: row.post_id, quotedPostId: row.quoted_id },
    approved: row.decision === "APPROVED",
  }),
  (partition) => sql`select owner_id || ' ' || post_id as key, concat_ws(' ', quoted_id, decision = 'APPROVED') as says
    from quote_consent where shard = ${partition}::smallint`,
);

/** What read models elsewhere, and our own, are built anew from. */
export const snapshots: readonly Snapshot[] = [
  ...[posts, likes, shares, bookmarks, engagement, filters, followedHashtags, consents],
];
