import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";

/** Where a post may stand in somebody's home. */
export interface PostPlace {
  readonly id: string;
  readonly actorId: string;
  /** Absent if the viewer does not follow whose place it is. */
  readonly followedAt: Date | undefined;
  /** One of the viewer's tags that it carries. */
  readonly tag: string | undefined;
}

/** A home shows a post once: of hundreds of shares it needs no more. */
const MOST = 50;

/** A post's own place, and those that the viewer and followed accounts gave it by sharing; newest first. */
export async function placesOfPost(
  { query }: Pick<Db, "query">,
  viewerId: string,
  postId: string,
  tags: readonly string[],
): Promise<PostPlace[]> {
  const rows = await query<{ entry_id: string; actor_id: string; followed_at: string | null; tag: string | null }>(sql`
    select e.entry_id, e.actor_id, f.followed_at, (select min(t.tag) from tagged t
        where t.post_id = e.post_id and t.tag = any(${[...tags]}::text[])) as tag
      from entry e left join follow f on f.follower_id = ${viewerId}::uuid and f.followee_id = e.actor_id
      where e.entry_id = ${postId}::uuid and not e.is_share
    union all (select e.entry_id, e.actor_id, f.followed_at, null
      from entry e left join follow f on f.follower_id = ${viewerId}::uuid and f.followee_id = e.actor_id
      where e.post_id = ${postId}::uuid and e.is_share and (f.follower_id is not null or e.actor_id = ${viewerId}::uuid)
      order by e.entry_id desc limit ${MOST}::int)
    order by entry_id desc`);
  return rows.map(({ entry_id: id, actor_id: actorId, followed_at, tag }) => ({
    ...{ id, actorId, tag: tag ?? undefined },
    followedAt: followed_at === null ? undefined : new Date(followed_at),
  }));
}
