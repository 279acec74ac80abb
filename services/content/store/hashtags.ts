import type { MessageInitShape } from "@bufbuild/protobuf";
import type { FollowedHashtagSchema } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { stampOf } from "./moment.ts";
import type { Query } from "./query.ts";

/** Public posts with a tag after a post, newest first: ids grow with time. */
export function postsWithTag(
  query: Query,
  { tag, after, most }: { tag: string; after: string; most: number },
): Promise<{ post_id: string }[]> {
  return query(sql`select post_id from hashtag_use where tag = ${tag} and post_id < ${after}::uuid
    order by post_id desc limit ${most}::int`);
}

/** A followed tag as it is kept. */
export interface FollowedRow {
  readonly tag: string;
  readonly name: string;
  readonly followed_at: string;
}

/** Follows a tag unless the account, which is held, follows `most` already; `made` if it did not follow it before. */
export async function followTag(
  { query }: Tx,
  { accountId, tag, name, now }: { accountId: string; tag: string; name: string; now: Date },
  most: number,
): Promise<(FollowedRow & { made: boolean }) | undefined> {
  const [row] = await query<FollowedRow & { made: boolean }>(sql`
    with former as (select tag, name, followed_at from followed_hashtag where account_id = ${accountId} and tag = ${tag}),
    made as (insert into followed_hashtag (account_id, tag, name, shard, followed_at)
      select ${accountId}::uuid, ${tag}::text, ${name}::text, ${partitionOf(accountId)}::smallint, ${now}::timestamptz
      where not exists (select 1 from former)
        and (select count(*) from followed_hashtag where account_id = ${accountId}) < ${most}::int
      returning tag, name, followed_at)
    select *, true as made from made union all select *, false from former`);
  return row;
}

/** The tags that an account follows after a place, latest first. */
export function listFollowed(
  query: Query,
  { accountId, after: [moment, tag], most }: { accountId: string; after: readonly [string, string]; most: number },
): Promise<FollowedRow[]> {
  return query(sql`select tag, name, followed_at from followed_hashtag
    where account_id = ${accountId} and (followed_at < ${moment}::timestamptz or (followed_at = ${moment}::timestamptz and tag < ${tag}))
    order by followed_at desc, tag desc limit ${most}::int`);
}

/** The message that the account gets. */
export const followedOf = ({
  tag,
  name,
  followed_at,
}: FollowedRow): MessageInitShape<typeof FollowedHashtagSchema> => ({
  tag,
  name,
  followedAt: stampOf(followed_at),
});
