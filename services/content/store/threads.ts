import type { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import type { StoredState } from "../view/record.ts";
import type { Query } from "./query.ts";

/** A reply as far as its place in a thread depends on it. */
export interface Reply {
  readonly id: string;
  readonly parentId: string;
  readonly authorId: string;
  readonly parentAuthorId: string;
  readonly state: StoredState;
  readonly audience: Audience;
  readonly createdAt: Date;
  readonly mentionsViewer: boolean;
  /** Something below it is, or may lead to, a post that is out. */
  readonly hasReplies: boolean;
  readonly likes: number;
  readonly shares: number;
  readonly replies: number;
}

interface Row {
  readonly id: string;
  readonly parent_id: string;
  readonly author_id: string;
  readonly parent_author_id: string;
  readonly state: StoredState;
  readonly audience: Audience;
  readonly created_at: string;
  readonly mentions_viewer: boolean;
  readonly has_replies: boolean;
  readonly likes: string;
  readonly shares: string;
  readonly replies: string;
}

const COLUMNS = sql`id, author_id, parent_id, parent_author_id, state, audience, created_at`;

/** Adds to the rows of `found` what else a Reply knows: one look-up each, never a scan, whatever the planner expects. */
const known = (viewerId: string | undefined) => sql`
  select f.id, f.author_id, f.parent_id, f.parent_author_id, f.state, f.audience, f.created_at,
    coalesce((select true from mention m where m.author_id = f.author_id and m.post_id = f.id
      and m.account_id = ${viewerId ?? null}::uuid), false) as mentions_viewer,
    coalesce((select true from post x where x.parent_id = f.id
      and (x.state <> 'TOMBSTONE' or (select true from post y where y.parent_id = x.id limit 1)) limit 1), false) as has_replies,
    coalesce(n.likes, 0) + coalesce(d.likes, 0) as likes, coalesce(n.shares, 0) + coalesce(d.shares, 0) as shares,
    coalesce(n.replies, 0) + coalesce(d.replies, 0) as replies
  from found f left join lateral (select likes, shares, replies from post_count where post_id = f.id limit 1) n on true
    left join lateral (select sum(delta) filter (where kind = 1) as likes, sum(delta) filter (where kind = 2) as shares,
      sum(delta) filter (where kind = 3) as replies from count_delta where post_id = f.id) d on true`;

/** A stretch of a post's direct replies in the order of their ids, tombstones included, for they hold threads together. */
export interface Stretch {
  readonly newestFirst?: boolean;
  /** Only what comes after this id in that order. */
  readonly after?: string | undefined;
  /** Only up to this id, and made no later than `by`; or, with `beyond`, only what is not. */
  readonly head?: { readonly last: string; readonly by: Date; readonly beyond: boolean } | undefined;
  readonly limit: number;
}

/** Direct replies of one post. */
export async function repliesOf(
  query: Query,
  parentId: string,
  viewerId: string | undefined,
  { newestFirst = false, after, head, limit }: Stretch,
): Promise<Reply[]> {
  const from = after === undefined ? sql`` : newestFirst ? sql`and id < ${after}::uuid` : sql`and id > ${after}::uuid`;
  const part = head
    ? sql`and (created_at <= ${head.by} and id <= ${head.last}::uuid) <> ${head.beyond}::boolean`
    : sql``;
  const order = newestFirst ? sql`order by id desc` : sql`order by id`;
  const rows = await query<Row>(sql`with found as (select ${COLUMNS} from post
    where parent_id = ${parentId} ${from} ${part} ${order} limit ${limit}::int) ${known(viewerId)} ${order}`);
  return rows.map(replyOf);
}

/** So many replies of each post are looked at below the first level, and so many in all. */
export const PER_PARENT = 10;
export const MOST_BELOW = 300;

/**
 * What lies below posts, level by level; under each post the first ones in the order of their ids, and in that order. The
 * limits are written out: with parameters the planner would plan anew each time, hoping for better.
 */
export async function repliesBelow(
  query: Query,
  parentIds: readonly string[],
  viewerId: string | undefined,
  { levels, newestFirst }: { levels: number; newestFirst: boolean },
): Promise<Reply[]> {
  if (parentIds.length === 0 || levels < 1) return [];
  const order = newestFirst ? sql`order by id desc` : sql`order by id`;
  const rows = await query<Row>(sql`with recursive below as (
      select c.*, 1 as level from unnest((select ${parentIds}::uuid[])) asked (parent) cross join lateral
        (select ${COLUMNS} from post where parent_id = asked.parent ${order} limit 10) c
      union all
      select c.*, b.level + 1 from below b cross join lateral
        (select ${COLUMNS} from post where parent_id = b.id ${order} limit 10) c
      where b.level < ${levels}::int),
    found as (select *, row_number() over () as place from (select * from below limit 300) b) ${known(viewerId)} order by place`);
  return rows.map(replyOf);
}

/** A post and what it answers. */
export interface Step {
  readonly id: string;
  readonly parent_id: string | null;
  readonly root_id: string | null;
}

/** The way from a post up towards its root, the post itself first, `most` steps at most. */
export const wayUp = (query: Query, postId: string, most: number): Promise<Step[]> =>
  query(sql`with recursive up as (
      select id, parent_id, root_id, 0 as steps from post where id = ${postId}
      union all
      select p.id, p.parent_id, p.root_id, up.steps + 1 from up join post p on p.id = up.parent_id where up.steps < ${most}::int)
    select id, parent_id, root_id from up order by steps`);

const replyOf = (row: Row): Reply => ({
  id: row.id,
  parentId: row.parent_id,
  authorId: row.author_id,
  parentAuthorId: row.parent_author_id,
  state: row.state,
  audience: row.audience,
  createdAt: new Date(row.created_at),
  mentionsViewer: row.mentions_viewer,
  hasReplies: row.has_replies,
  likes: Number(row.likes),
  shares: Number(row.shares),
  replies: Number(row.replies),
});
