import { toBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { type PostCard, PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";
import type { Query } from "./query.ts";

/** Under which key a post is published once: post:<key>, comment:<key>, draft:<id>, scheduled:<id>. */
export interface PostKey {
  readonly requestKey: string;
  /** Absent where the key names one thing that cannot be asked for differently. */
  readonly fingerprint?: Uint8Array | undefined;
}

/** What an insert returns; nothing if the key was used. */
export interface Inserted {
  readonly post_id: string;
  readonly author: Buffer | null;
}

/** The CTEs that write a post with everything that hangs on it. Most posts are text, and have nothing. */
export function insertPost(card: PostCard, key: PostKey | undefined): Sql {
  const { authorId, reply, quoted, mentionedIds, hashtags, poll, audience } = card;
  const row = insertRow(card, key);
  const tags = audience === Audience.PUBLIC ? hashtags : [];
  if (!reply && !quoted && !poll && mentionedIds.length === 0 && tags.length === 0) return row;
  const open = audience === Audience.PUBLIC || audience === Audience.FOLLOWERS; // see openPost
  const shown = open && quoted && !quoted.needsApproval ? quoted.postId : null;
  const answered = open && reply ? reply.parentId : null;
  const createdAt = momentOf(card.createdAt);
  return sql`${row},
    mentioned as (insert into mention (author_id, post_id, account_id)
      select ${authorId}::uuid, post_id, unnest(${mentionedIds}::uuid[]) from effect),
    tagged as (insert into hashtag_use (author_id, post_id, tag, used_at)
      select ${authorId}::uuid, post_id, unnest(${tags}::text[]), ${createdAt}::timestamptz from effect),
    polled as (insert into poll (author_id, post_id, options, multiple, ends_at)
      select ${authorId}::uuid, post_id, ${poll?.options.length ?? null}::smallint, ${poll?.multiple ?? null}::boolean,
        ${poll ? momentOf(poll.endsAt) : null}::timestamptz from effect where ${poll !== undefined}::boolean),
    delta as (insert into count_delta (post_id, kind, delta)
      select target, kind, 1 from effect cross join (values (${answered}::uuid, 3::smallint), (${shown}::uuid, 4::smallint))
        as counted (target, kind) where target is not null)`;
}

function insertRow(card: PostCard, key: PostKey | undefined): Sql {
  const { id, authorId, reply, quoted } = card;
  return sql`effect as (insert into post (author_id, id, shard, state, audience, version, root_id, parent_id, parent_author_id,
      quoted_id, quoted_author_id, quote_asks, has_media, card, created_at, request_key, fingerprint)
    values (${authorId}, ${id}, ${partitionOf(authorId)}, 'PUBLISHED', ${card.audience}, ${card.version},
      ${reply?.rootId ?? null}, ${reply?.parentId ?? null}, ${reply?.parentAuthorId ?? null},
      ${quoted?.postId ?? null}, ${quoted?.authorId ?? null}, ${quoted?.needsApproval ?? false}, ${card.media.length > 0},
      ${bytesOf(card)}, ${momentOf(card.createdAt)}, ${key?.requestKey ?? null}, ${key?.fingerprint ? Buffer.from(key.fingerprint) : null})
    on conflict do nothing
    returning id as post_id, (select a.profile from account a where a.id = author_id) as author)`;
}

/** The post that was published under a key, and what the key is bound to. */
export async function postByKey(
  query: Query,
  authorId: string,
  requestKey: string,
): Promise<{ id: string; fingerprint: Buffer | null } | undefined> {
  const [row] = await query<{ id: string; fingerprint: Buffer | null }>(
    sql`select id, fingerprint from post where author_id = ${authorId} and request_key = ${requestKey}`,
  );
  return row;
}

/** A card as it is kept. */
export const bytesOf = (card: PostCard): Buffer => {
  const bytes = toBinary(PostCardSchema, card);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};

/** A moment that every card has. */
export const momentOf = (stamp: PostCard["createdAt"]): Date => {
  if (!stamp) throw new Error("a card without a moment");
  return timestampDate(stamp);
};
