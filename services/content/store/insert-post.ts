import { toBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { type PostCard, PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";
import type { Kind } from "#mesh/store/together.ts";
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

/** Whether nothing hangs on a post but itself, as on most: they are text. */
export const isPlain = ({ reply, quoted, mentionedIds, hashtags, poll, audience }: PostCard): boolean =>
  !reply && !quoted && !poll && mentionedIds.length === 0 && (audience !== Audience.PUBLIC || hashtags.length === 0);

/** The CTEs that write a post with everything that hangs on it. */
export function insertPost(card: PostCard, key: PostKey | undefined): Sql {
  const { authorId, reply, quoted, mentionedIds, hashtags, poll, audience } = card;
  const row = insertRow(card, key);
  if (isPlain(card)) return row;
  const tags = audience === Audience.PUBLIC ? hashtags : [];
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

/** A plain post on its way. */
export interface Plain {
  readonly card: PostCard;
  readonly key: PostKey | undefined;
}

/** Plain posts that are published at the same moment. Keys are taken in their order: two such writes cannot wait for each other. */
export const plainPosts: Kind<Plain> = {
  effect(items) {
    const of = <V>(value: (card: PostCard) => V): V[] => items.map(({ card }) => value(card));
    return sql`given as (select * from unnest(${of(({ authorId }) => authorId)}::uuid[], ${of(({ id }) => id)}::uuid[],
        ${of(({ authorId }) => partitionOf(authorId))}::smallint[], ${of(({ audience }) => audience)}::smallint[],
        ${of(({ version }) => String(version))}::bigint[], ${of(({ media }) => media.length > 0)}::boolean[], ${of(bytesOf)}::bytea[],
        ${of(({ createdAt }) => momentOf(createdAt).toISOString())}::timestamptz[], ${items.map(({ key }) => key?.requestKey ?? null)}::text[],
        ${items.map(({ key }) => (key?.fingerprint ? Buffer.from(key.fingerprint) : null))}::bytea[]) with ordinality
      as n (author_id, id, shard, audience, version, has_media, card, created_at, request_key, fingerprint, place)),
    made as (insert into post (author_id, id, shard, state, audience, version, has_media, card, created_at, request_key, fingerprint)
      select author_id, id, shard, 'PUBLISHED', audience, version, has_media, card, created_at, request_key, fingerprint
      from given order by author_id, request_key
      on conflict do nothing
      returning id as post_id, (select a.profile from account a where a.id = author_id) as author),
    effect as (select n.place, m.post_id, m.author from made m join given n on n.id = m.post_id)`;
  },
};

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
