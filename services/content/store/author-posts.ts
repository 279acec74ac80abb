import { type Sql, sql } from "#mesh/store/sql.ts";
import type { Query } from "./query.ts";

/** Which of an author's posts. */
export interface Wanted {
  readonly withReplies: boolean;
  readonly mediaOnly: boolean;
}

/** A place in a list of posts. */
export interface Placed {
  readonly id: string;
  readonly at: string;
}

const ALL = sql``;
const ORIGINALS = sql`and parent_id is null`;
const WITH_MEDIA = sql`and has_media`;

/** An author's posts below an id, newest first. Each choice is a statement of its own, so that each has its index. */
export function postsOf(
  query: Query,
  authorId: string,
  { withReplies, mediaOnly }: Wanted,
  below: string,
  limit: number,
): Promise<Placed[]> {
  const replies: Sql = withReplies ? ALL : ORIGINALS;
  const media: Sql = mediaOnly ? WITH_MEDIA : ALL;
  return query(sql`select id, '' as at from post
    where author_id = ${authorId} and state <> 'TOMBSTONE' ${replies} ${media} and id < ${below}::uuid
    order by id desc limit ${limit}::int`);
}

/** What an author pinned, latest pin first, below a place. */
export const pinnedBy = (
  query: Query,
  authorId: string,
  { withReplies, mediaOnly }: Wanted,
  [at, id]: readonly [string, string],
  limit: number,
): Promise<Placed[]> =>
  query(sql`select x.post_id as id, x.pinned_at as at from pin x join post p on p.author_id = x.author_id and p.id = x.post_id
    where x.author_id = ${authorId} and p.state <> 'TOMBSTONE' and (${withReplies}::boolean or p.parent_id is null)
      and (not ${mediaOnly}::boolean or p.has_media) and (x.pinned_at, x.post_id) < (${at}::timestamptz, ${id}::uuid)
    order by x.pinned_at desc, x.post_id desc limit ${limit}::int`);
