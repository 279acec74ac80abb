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
const isPlain = ({ reply, quoted, mentionedIds, hashtags, poll, audience }: PostCard): boolean =>
  !reply && !quoted && !poll && mentionedIds.length === 0 && (audience !== Audience.PUBLIC || hashtags.length === 0);

/** The CTEs that write a post with everything that hangs on it. */
export function insertPost(card: PostCard, key: PostKey | undefined): Sql {
  const { authorId, mentionedIds, poll } = card;
  const row = insertRow(card, key);
  if (isPlain(card)) return row;
  const tags = tagsOf(card);
  const counted = countedOf(card);
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
      select target, kind, 1 from effect cross join
        unnest(${counted.map(({ postId }) => postId)}::uuid[], ${counted.map(({ kind }) => kind)}::smallint[]) as c (target, kind))`;
}

const tagsOf = ({ audience, hashtags }: PostCard): string[] => (audience === Audience.PUBLIC ? hashtags : []);

/** Which other posts it counts for: as a reply, as a quote. */
function countedOf({ audience, reply, quoted }: PostCard): { postId: string; kind: number }[] {
  if (audience !== Audience.PUBLIC && audience !== Audience.FOLLOWERS) return []; // see openPost
  return [
    ...(reply ? [{ postId: reply.parentId, kind: 3 }] : []),
    ...(quoted && !quoted.needsApproval ? [{ postId: quoted.postId, kind: 4 }] : []),
  ];
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

/** A post on its way, without a poll: those are too few to be worth it. */
export interface NewRow {
  readonly card: PostCard;
  readonly key: PostKey | undefined;
}

/** Posts that are published at the same moment. Keys are taken in their order: two such writes cannot wait for each other. */
export const posts: Kind<NewRow> = {
  effect(items) {
    const cards = items.map(({ card }) => card);
    if (cards.some(({ poll }) => poll)) throw new Error("a post with a poll is published alone");
    const rows = insertRows(items);
    if (cards.every(isPlain)) return rows;
    const each = <V>(valuesOf: (card: PostCard) => readonly V[]) =>
      cards.flatMap((card, at) => valuesOf(card).map((value) => ({ place: at + 1, value })));
    const mentions = each(({ mentionedIds }) => mentionedIds);
    const tags = each(tagsOf);
    const counted = each(countedOf);
    return sql`${rows},
      mentioned as (insert into mention (author_id, post_id, account_id)
        select e.author_id, e.post_id, m.account_id from effect e
        join unnest(${placesIn(mentions)}::int[], ${valuesIn(mentions)}::uuid[]) as m (place, account_id) on m.place = e.place),
      tagged as (insert into hashtag_use (author_id, post_id, tag, used_at)
        select e.author_id, e.post_id, t.tag, e.created_at from effect e
        join unnest(${placesIn(tags)}::int[], ${valuesIn(tags)}::text[]) as t (place, tag) on t.place = e.place),
      delta as (insert into count_delta (post_id, kind, delta)
        select c.post_id, c.kind, 1 from effect e
        join unnest(${placesIn(counted)}::int[], ${counted.map(({ value }) => value.postId)}::uuid[],
          ${counted.map(({ value }) => value.kind)}::smallint[]) as c (place, post_id, kind) on c.place = e.place)`;
  },
};

const placesIn = (all: readonly { place: number }[]): number[] => all.map(({ place }) => place);
const valuesIn = (all: readonly { value: string }[]): string[] => all.map(({ value }) => value);

function insertRows(items: readonly NewRow[]): Sql {
  const of = <V>(value: (card: PostCard) => V): V[] => items.map(({ card }) => value(card));
  return sql`given as (select * from unnest(${of(({ authorId }) => authorId)}::uuid[], ${of(({ id }) => id)}::uuid[],
        ${of(({ authorId }) => partitionOf(authorId))}::smallint[], ${of(({ audience }) => audience)}::smallint[],
        ${of(({ version }) => String(version))}::bigint[], ${of(({ reply }) => reply?.rootId ?? null)}::uuid[],
        ${of(({ reply }) => reply?.parentId ?? null)}::uuid[], ${of(({ reply }) => reply?.parentAuthorId ?? null)}::uuid[],
        ${of(({ quoted }) => quoted?.postId ?? null)}::uuid[], ${of(({ quoted }) => quoted?.authorId ?? null)}::uuid[],
        ${of(({ quoted }) => quoted?.needsApproval ?? false)}::boolean[], ${of(({ media }) => media.length > 0)}::boolean[],
        ${of(bytesOf)}::bytea[], ${of(({ createdAt }) => momentOf(createdAt).toISOString())}::timestamptz[],
        ${items.map(({ key }) => key?.requestKey ?? null)}::text[],
        ${items.map(({ key }) => (key?.fingerprint ? Buffer.from(key.fingerprint) : null))}::bytea[]) with ordinality
      as n (author_id, id, shard, audience, version, root_id, parent_id, parent_author_id, quoted_id, quoted_author_id, quote_asks,
        has_media, card, created_at, request_key, fingerprint, place)),
    made as (insert into post (author_id, id, shard, state, audience, version, root_id, parent_id, parent_author_id,
        quoted_id, quoted_author_id, quote_asks, has_media, card, created_at, request_key, fingerprint)
      select author_id, id, shard, 'PUBLISHED', audience, version, root_id, parent_id, parent_author_id,
        quoted_id, quoted_author_id, quote_asks, has_media, card, created_at, request_key, fingerprint
      from given order by author_id, request_key
      on conflict do nothing
      returning id as post_id, author_id, created_at, (select a.profile from account a where a.id = author_id) as author),
    effect as (select n.place, m.* from made m join given n on n.id = m.post_id)`;
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
