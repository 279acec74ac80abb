import { type InWords, inMs } from "#mesh/log/digest.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";
import { Kind } from "./reactions.ts";

// What is kept here in the words of its owners' snapshots, letter for letter: the two are compared by PostgreSQL.

/** What is compared with social-graph, by kind. */
export const edgeWords = {
  follow: (partition) => sql`select follower_id || ' ' || followee_id as key,
      concat_ws(' ', hide_reposts, hide_from_home, ${inMs("followed_at")}) as says
    from follow where shard = ${partition}::smallint`,
  block: (partition) => sql`select blocker_id || ' ' || blocked_id as key, ${inMs("blocked_at")}::text as says
    from block where shard = ${partition}::smallint`,
  mute: (partition) => sql`select muter_id || ' ' || muted_id as key,
      concat_ws(' ', 1 = any(scopes), 2 = any(scopes), 3 = any(scopes), ${inMs("expires_at")}) as says
    from mute where shard = ${partition}::smallint`,
  locked: (partition) =>
    sql`select account_id::text as key, '' as says from locked where shard = ${partition}::smallint`,
  list: (
    partition,
  ) => sql`select owner_id || ' ' || list_id as key, concat_ws(' ', exclusive, hide_reposts, title) as says
    from list where shard = ${partition}::smallint`,
  member: (partition) => sql`select owner_id || ' ' || list_id || ' ' || account_id as key, '' as says
    from list_member where shard = ${partition}::smallint`,
  tier: (partition) => sql`select account_id::text as key, '' as says from fanout_tier
    where shard = ${partition}::smallint and tier = 2`,
} satisfies Record<string, InWords>;

/** What is compared with content, by kind. */
export const postWords = {
  post: (
    partition,
  ) => sql`select p.author_id || ' ' || p.post_id as key, concat_ws(' ', p.version, md5(p.card), p.audience,
      coalesce(p.parent_id::text, '-'), coalesce(p.quoted_id::text, '-'),
      case when e.entry_id is null then 'without a place' end) as says
    from post p left join entry e on e.actor_id = p.author_id and e.entry_id = p.post_id
    where p.shard = ${partition}::smallint and p.state = 1`,
  share: (partition) => sql`select actor_id || ' ' || post_id as key, concat_ws(' ', author_id, ${inMs("at")}) as says
    from entry where shard = ${partition}::smallint and is_share`,
  consent: (
    partition,
  ) => sql`select quoted_author_id || ' ' || post_id as key, concat_ws(' ', quoted_id, approved) as says
    from consent where shard = ${partition}::smallint`,
} satisfies Record<string, InWords>;

const ofKind =
  (kind: Kind) =>
  (partition: number): Sql =>
    sql`select account_id || ' ' || post_id as key, concat_ws(' ', author_id, ${inMs("at")}) as says
    from reaction where shard = ${partition}::smallint and kind = ${kind}::smallint`;

export const reactionWords = {
  like: ofKind(Kind.LIKE),
  share: ofKind(Kind.SHARE),
  bookmark: ofKind(Kind.BOOKMARK),
} satisfies Record<string, InWords>;

export const wishWords = {
  filter: (partition) => sql`select account_id || ' ' || filter_id as key, version::text as says
    from content_filter where shard = ${partition}::smallint`,
  tag: (partition) =>
    sql`select account_id || ' ' || tag as key, '' as says from tag_follow where shard = ${partition}::smallint`,
} satisfies Record<string, InWords>;

/** What is compared with identity. */
export const accountWords: InWords = (partition) =>
  sql`select account_id::text as key, concat_ws(' ', standing = 1, face) as says from account where shard = ${partition}::smallint`;
