import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import type { PostCard } from "#gen/skein/content/v1/post_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { StoredState } from "../view/record.ts";
import { cardIn } from "./bytes.ts";
import { openPost, shownQuote } from "./count-delta.ts";
import { bytesOf } from "./insert-post.ts";

/** A post that nobody else can change until the unit of work ends. */
export interface Held {
  readonly id: string;
  readonly authorId: string;
  readonly state: StoredState;
  readonly version: bigint;
  readonly card: PostCard | undefined;
  readonly isReply: boolean;
  readonly deletedAt: Date | undefined;
  readonly deletedBy: string | undefined;
}

interface Row {
  readonly id: string;
  readonly author_id: string;
  readonly state: StoredState;
  readonly version: string;
  readonly card: Buffer | null;
  readonly is_reply: boolean;
  readonly deleted_at: string | null;
  readonly deleted_by: string | null;
}

/** Holds a post, in whatever state. What others decided about it is read after this, by a statement of its own. */
export async function holdPost({ query }: Pick<Tx, "query">, postId: string): Promise<Held | undefined> {
  const [row] = await query<Row>(sql`select id, author_id, state, version, card, parent_id is not null as is_reply,
    deleted_at, deleted_by from post where id = ${postId} for update`);
  if (!row) return undefined;
  return {
    id: row.id,
    authorId: row.author_id,
    state: row.state,
    version: BigInt(row.version),
    card: cardIn(row.card),
    isReply: row.is_reply,
    deletedAt: row.deleted_at === null ? undefined : new Date(row.deleted_at),
    deletedBy: row.deleted_by ?? undefined,
  };
}

/** Makes a tombstone of a post that is held, and takes it out of the counters and lists it is in; says whether it was pinned. */
export async function buryPost(
  { query }: Pick<Tx, "query">,
  { id, authorId }: Held,
  { by, now }: { by: string; now: Date },
): Promise<{ pinned: boolean }> {
  const [row] = await query<{ pinned: boolean }>(sql`
    with gone as (update post set state = 'TOMBSTONE', version = version + 1, deleted_at = ${now}, deleted_by = ${by}
      where author_id = ${authorId} and id = ${id}),
    untagged as (delete from hashtag_use where author_id = ${authorId} and post_id = ${id}),
    unpinned as (delete from pin where author_id = ${authorId} and post_id = ${id} returning 1),
    less as (insert into count_delta (post_id, kind, delta)
      select counted.target, counted.kind, -1 from post p cross join lateral
        (values (p.parent_id, 3::smallint), (case when ${shownQuote} then p.quoted_id end, 4::smallint)) counted (target, kind)
      where p.author_id = ${authorId} and p.id = ${id} and ${openPost} and counted.target is not null)
    select exists (select 1 from unpinned) as pinned`);
  return { pinned: row?.pinned ?? false };
}

/** Brings a tombstone that is held back, with this card, and into its counters and lists again. Pins are not put back. */
export async function revivePost({ query }: Pick<Tx, "query">, card: PostCard): Promise<void> {
  const { id, authorId } = card;
  const tags = card.audience === Audience.PUBLIC ? card.hashtags : [];
  await query(sql`
    with back as (update post set state = 'PUBLISHED', version = ${card.version}, card = ${bytesOf(card)}, deleted_at = null, deleted_by = null
      where author_id = ${authorId} and id = ${id}),
    tagged as (insert into hashtag_use (author_id, post_id, tag, used_at)
      select p.author_id, p.id, t.tag, p.created_at from post p, unnest(${tags}::text[]) t (tag)
      where p.author_id = ${authorId} and p.id = ${id} on conflict do nothing)
    insert into count_delta (post_id, kind, delta)
      select counted.target, counted.kind, 1 from post p cross join lateral
        (values (p.parent_id, 3::smallint), (case when ${shownQuote} then p.quoted_id end, 4::smallint)) counted (target, kind)
      where p.author_id = ${authorId} and p.id = ${id} and ${openPost} and counted.target is not null`);
}
