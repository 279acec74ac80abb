import { toBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { type PostCard, PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";
import type { HotWrite } from "../hot/keep-script.ts";
import { Consent, packCardHalf, State } from "../hot/layout.ts";
import type { CountedPost } from "../rules/counted.ts";
import { type CountsRow, countsWrite } from "./counts.ts";

/** A post as its author's log last speaks of it; without a card it is deleted. */
export interface PostChange {
  readonly postId: string;
  readonly authorId: string;
  readonly shard: number;
  readonly version: bigint;
  readonly at: Date;
  readonly card?: PostCard | undefined;
}

/** What is stored of a post, as far as changes need it. */
export interface FormerPost {
  readonly post_id: string;
  readonly version: string;
  readonly state: State;
  readonly audience: Audience;
  readonly parent_id: string | null;
  readonly quoted_id: string | null;
  readonly quote_asks: boolean;
}

/**
 * Makes sure that nobody decides about these quotes meanwhile: a post and the word of whom it quotes come from two logs,
 * and whoever comes second must see the first. Taken before any row is.
 */
export async function holdQuotes({ query }: Pick<Tx, "query">, postIds: readonly string[]): Promise<void> {
  if (postIds.length === 0) return;
  await query(
    sql`select pg_advisory_xact_lock(hashtextextended(id, 1)) from unnest(${[...postIds].sort()}::text[]) as n (id)`,
  );
}

/** Posts as they are stored, held until the transaction ends. */
export async function holdPosts(
  { query }: Pick<Tx, "query">,
  postIds: readonly string[],
): Promise<Map<string, FormerPost>> {
  if (postIds.length === 0) return new Map();
  const rows =
    await query<FormerPost>(sql`select post_id, version, state, audience, parent_id, quoted_id, quote_asks from post
    where post_id = any((select ${[...postIds]}::uuid[])::uuid[]) order by post_id for update`);
  return new Map(rows.map((row) => [row.post_id, row]));
}

export const formerlyCounted = (post: FormerPost | undefined, approved: boolean | undefined): CountedPost | undefined =>
  post && {
    ...{ published: post.state === State.PUBLISHED, audience: post.audience, approved },
    ...{ parentId: post.parent_id ?? undefined, quotedId: post.quoted_id ?? undefined, quoteAsks: post.quote_asks },
  };

/** As it counts from now on: a deleted one nowhere. */
export const nowCounted = ({ card }: PostChange, approved: boolean | undefined): CountedPost | undefined => {
  if (!card) return undefined;
  const { audience, reply, quoted } = card;
  return {
    ...{ published: true, audience, approved, parentId: reply?.parentId, quotedId: quoted?.postId },
    quoteAsks: quoted?.needsApproval ?? false,
  };
};

/** The revision that a post got, and its counters. */
type StoredRow = CountsRow & { readonly revision: string };

/**
 * Stores posts as they are now. Of a deleted one, whose it was stays and that it is deleted, nothing else. Returns the copies
 * of those of which all is known by that: they are out, and quote nothing.
 */
export async function storePosts({ query }: Pick<Tx, "query">, posts: readonly PostChange[]): Promise<HotWrite[]> {
  if (posts.length === 0) return [];
  const bytes = bytesBy(posts);
  const rows = await query<StoredRow>(sql`
    with stored as (insert into post as p (${COLUMNS}) ${rowsOf(posts, bytes)}
    on conflict (post_id) do update set version = excluded.version, state = excluded.state, audience = excluded.audience,
      created_at = excluded.created_at, parent_id = excluded.parent_id, parent_author_id = excluded.parent_author_id,
      quoted_id = excluded.quoted_id, quoted_author_id = excluded.quoted_author_id, quote_asks = excluded.quote_asks,
      language = excluded.language, has_media = excluded.has_media, card = excluded.card,
      revision = greatest(p.revision + 1, revision())
      returning post_id, revision) ${COUNTED}`);
  const quoting = new Set(posts.flatMap(({ postId, card }) => (card?.quoted ? [postId] : [])));
  return rows.filter(({ post_id }) => !quoting.has(post_id)).flatMap((row) => copyOf(row, bytes));
}

/** Whether a post is what most are: new, and about no other's words. What is stored of it, if anything, need not be known. */
export const isFirst = ({ card, version }: PostChange): boolean => card !== undefined && version === 1n && !card.quoted;

/**
 * Stores those that are not there yet, and places them in timelines, in one statement. Returns their copies; the others, whose
 * last word may be another by now, are left to whoever looks at what is stored.
 */
export async function storeFirsts({ query }: Pick<Tx, "query">, posts: readonly PostChange[]): Promise<HotWrite[]> {
  if (posts.length === 0) return [];
  const bytes = bytesBy(posts);
  const rows = await query<StoredRow>(sql`
    with stored as (insert into post (${COLUMNS}) ${rowsOf(posts, bytes)} order by post_id on conflict do nothing
      returning post_id, author_id, shard, parent_id, created_at, revision),
    placed as (insert into entry (actor_id, entry_id, post_id, author_id, shard, tier, is_share, is_reply, at)
      select s.author_id, s.post_id, s.post_id, s.author_id, s.shard, coalesce(f.tier, 1), false, s.parent_id is not null, s.created_at
      from stored s left join fanout_tier f on f.account_id = s.author_id
      order by s.post_id on conflict do nothing) ${COUNTED}`);
  return rows.flatMap((row) => copyOf(row, bytes));
}

const COLUMNS: Sql = sql`post_id, author_id, shard, version, state, audience, created_at, parent_id, parent_author_id,
  quoted_id, quoted_author_id, quote_asks, language, has_media, card`;

const COUNTED: Sql = sql`select s.post_id, s.revision, c.likes, c.shares, c.replies, c.quotes, coalesce(c.version, 0) as version
    from stored s left join post_count c on c.post_id = s.post_id`;

function rowsOf(posts: readonly PostChange[], bytes: ReadonlyMap<string, Buffer>): Sql {
  const of = <V>(value: (post: PostChange) => V): V[] => posts.map(value);
  const in_ = <V>(value: (card: PostCard) => V): (V | null)[] => posts.map(({ card }) => (card ? value(card) : null));
  return sql`select post_id, author_id, shard, version, state, coalesce(audience, 0), created_at, parent_id, parent_author_id,
      quoted_id, quoted_author_id, coalesce(quote_asks, false), coalesce(language, ''), coalesce(has_media, false), card
    from unnest(${of(({ postId }) => postId)}::uuid[], ${of(({ authorId }) => authorId)}::uuid[],
      ${of(({ shard }) => shard)}::smallint[], ${of(({ version }) => version)}::bigint[],
      ${of(({ card }) => (card ? State.PUBLISHED : State.TOMBSTONE))}::smallint[],
      ${in_(({ audience }) => audience)}::smallint[], ${of(createdAt)}::timestamptz[],
      ${in_(({ reply }) => reply?.parentId || null)}::uuid[], ${in_(({ reply }) => reply?.parentAuthorId || null)}::uuid[],
      ${in_(({ quoted }) => quoted?.postId || null)}::uuid[], ${in_(({ quoted }) => quoted?.authorId || null)}::uuid[],
      ${in_(({ quoted }) => quoted?.needsApproval ?? false)}::boolean[], ${in_(({ language }) => language)}::text[],
      ${in_(({ media }) => media.length > 0)}::boolean[], ${in_(({ id }) => bytes.get(id) ?? null)}::bytea[])
      as n (${COLUMNS})`;
}

/** The copy of a post that is out and quotes nothing. */
function copyOf(row: StoredRow, bytes: ReadonlyMap<string, Buffer>): HotWrite[] {
  const card = bytes.get(row.post_id);
  if (!card) return [];
  const half = packCardHalf({ revision: Number(row.revision), state: State.PUBLISHED, consent: Consent.SHOWN });
  return [{ ...countsWrite(row), card: { half, bytes: card } }];
}

const bytesBy = (posts: readonly PostChange[]): Map<string, Buffer> =>
  new Map(posts.flatMap(({ postId, card }) => (card ? [[postId, bytesOf(card)] as const] : [])));

export const createdAt = ({ card, at }: PostChange): Date => (card?.createdAt ? timestampDate(card.createdAt) : at);

function bytesOf(card: PostCard): Buffer {
  const bytes = toBinary(PostCardSchema, card);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Tags by which posts are found from now on: those of public posts that are out. */
export async function storeTags(
  { query }: Pick<Tx, "query">,
  posts: readonly PostChange[],
  known: ReadonlySet<string>,
): Promise<void> {
  const changed = posts.filter(({ postId }) => known.has(postId)).map(({ postId }) => postId);
  if (changed.length > 0) await query(sql`delete from tagged where post_id = any(${changed}::uuid[])`);
  const rows = posts.flatMap(({ postId, authorId, shard, card }) =>
    card?.audience === Audience.PUBLIC ? card.hashtags.map((tag) => ({ tag, postId, authorId, shard })) : [],
  );
  if (rows.length === 0) return;
  await query(sql`insert into tagged (tag, post_id, author_id, shard)
    select * from unnest(${rows.map(({ tag }) => tag)}::text[], ${rows.map(({ postId }) => postId)}::uuid[],
      ${rows.map(({ authorId }) => authorId)}::uuid[], ${rows.map(({ shard }) => shard)}::smallint[])
    on conflict do nothing`);
}
