import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import type { PostCard } from "#gen/skein/content/v1/post_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { bytesOf } from "./insert-post.ts";
import type { Query } from "./query.ts";

/** What a post said from `since` on. */
export interface RevisionRow {
  readonly version: string;
  readonly card: Buffer;
  readonly since: string;
}

/** Gives a post that is held another card; what it said before goes into its history. */
export async function reviseCard(
  { query }: Pick<Tx, "query">,
  card: PostCard,
  former: PostCard,
  now: Date,
): Promise<void> {
  const { id, authorId, mentionedIds } = card;
  const tags = card.audience === Audience.PUBLIC ? card.hashtags : [];
  await query(sql`
    with kept as (insert into revision (author_id, post_id, version, card, since)
      select author_id, id, version, ${bytesOf(former)}::bytea, coalesce(edited_at, created_at) from post
      where author_id = ${authorId} and id = ${id}),
    unmentioned as (delete from mention where author_id = ${authorId} and post_id = ${id} and account_id <> all(${mentionedIds}::uuid[])),
    mentioned as (insert into mention (author_id, post_id, account_id)
      select ${authorId}::uuid, ${id}::uuid, unnest(${mentionedIds}::uuid[]) on conflict do nothing),
    untagged as (delete from hashtag_use where author_id = ${authorId} and post_id = ${id} and tag <> all(${tags}::text[])),
    tagged as (insert into hashtag_use (author_id, post_id, tag, used_at)
      select p.author_id, p.id, t.tag, p.created_at from post p, unnest(${tags}::text[]) t (tag)
      where p.author_id = ${authorId} and p.id = ${id} on conflict do nothing)
    update post set card = ${bytesOf(card)}, version = ${card.version}, edited_at = ${now}, has_media = ${card.media.length > 0}
      where author_id = ${authorId} and id = ${id}`);
}

/** What a post said before, newest first, below a version. */
export const listRevisions = (
  query: Query,
  { authorId, postId, below, limit }: { authorId: string; postId: string; below: string; limit: number },
): Promise<RevisionRow[]> =>
  query(sql`select version, card, since from revision
    where author_id = ${authorId} and post_id = ${postId} and version < ${below}::bigint order by version desc limit ${limit}::int`);
