import type { Tx } from "#mesh/store/commit.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import { countedPost, shownQuote } from "./count-delta.ts";
import { AFTER_ALL } from "./moment.ts";

/** A quote as its quoted author deals with it. */
export interface QuoteRow {
  readonly id: string;
  readonly author_id: string;
  readonly quoted_id: string;
  readonly quote_asks: boolean;
  /** It is one of those that count where they are shown. */
  readonly counts: boolean;
  readonly created_at: string;
}

/** What the quoted author said; nothing yet is undefined. */
export type Decided = "APPROVED" | "REJECTED" | "DETACHED";

/**
 * A published quote of one of the owner's posts, held until the transaction ends: whether it counts changes with its
 * deletion, and only one of both may change it at a time. What was decided is read after this, by a statement of its own.
 */
export async function holdQuote(tx: Tx, ownerId: string, postId: string): Promise<QuoteRow | undefined> {
  const [quote] =
    await tx.query<QuoteRow>(sql`select p.id, p.author_id, p.quoted_id, p.quote_asks, ${countedPost} as counts,
      p.created_at from post p
    where p.id = ${postId} and p.quoted_author_id = ${ownerId} and p.state = 'PUBLISHED' for update`);
  return quote;
}

/** Keeps the owner's answer to a quote that is held, unless there is one; says what was decided before. */
export async function decideQuote(
  tx: Tx,
  { id, author_id, quoted_id, counts }: QuoteRow,
  { ownerId, shard, decision, now }: { ownerId: string; shard: number; decision: Decided; now: Date },
): Promise<Decided | undefined> {
  const [former] = await tx.query<{ decision: Decided | null }>(sql`
    with made as (insert into quote_consent (owner_id, post_id, quoted_id, requester_id, shard, decision, decided_at)
      values (${ownerId}, ${id}, ${quoted_id}, ${author_id}, ${shard}, ${decision}, ${now}) on conflict do nothing returning quoted_id),
    delta as (insert into count_delta (post_id, kind, delta) select quoted_id, 4, 1 from made
      where ${counts && decision === "APPROVED"})
    select (select decision from quote_consent where owner_id = ${ownerId} and post_id = ${id}) as decision`);
  return former?.decision ?? undefined;
}

/** Takes the quoted post out of a quote that is held; false if it is out already. */
export async function detachQuote(
  tx: Tx,
  { id, author_id, quoted_id }: QuoteRow,
  { ownerId, shard, now }: { ownerId: string; shard: number; now: Date },
): Promise<boolean> {
  const made = await tx.query(sql`
    with former as (select ${countedPost} and ${shownQuote} as counted from post p where p.id = ${id}),
    made as (insert into quote_consent as k (owner_id, post_id, quoted_id, requester_id, shard, decision, decided_at)
      values (${ownerId}, ${id}, ${quoted_id}, ${author_id}, ${shard}, 'DETACHED', ${now})
      on conflict (owner_id, post_id) do update set decision = 'DETACHED', decided_at = excluded.decided_at
        where k.decision = 'APPROVED' returning quoted_id),
    delta as (insert into count_delta (post_id, kind, delta) select quoted_id, 4, -1 from made, former where former.counted)
    select 1 from made`);
  return made.length > 0;
}

/** A quote that asked for the owner's word, and what it quotes. */
export interface AskingRow {
  readonly id: string;
  readonly quoted_id: string;
  readonly created_at: string;
  /** It waits still: nothing was decided, and neither post is deleted. */
  readonly waiting: boolean;
}

/** Quotes that asked for an account's word, newest first: `most` of them, answered ones too, so that no page looks at all. */
export const scanAsking = (
  db: Db,
  { ownerId, after, most }: { ownerId: string; after: readonly string[] | undefined; most: number },
): Promise<AskingRow[]> =>
  db.query(sql`select p.id, p.quoted_id, p.created_at,
      p.state = 'PUBLISHED' and c.decision is null and coalesce(q.state = 'PUBLISHED', false) as waiting
    from (select * from post where quoted_author_id = ${ownerId} and quote_asks and id < ${after?.[0] ?? AFTER_ALL[1]}::uuid
      order by id desc limit ${most}::int) p
    left join post q on q.id = p.quoted_id
    left join quote_consent c on c.owner_id = p.quoted_author_id and c.post_id = p.id
    order by p.id desc`);

/** Quotes that show a post, newest first, and one more if there are more. */
export function listQuotes(
  db: Db,
  { postId, after, limit }: { postId: string; after: readonly string[] | undefined; limit: number },
): Promise<{ id: string }[]> {
  const [id] = after ?? [AFTER_ALL[1]];
  return db.query(sql`select p.id from post p
    where p.quoted_id = ${postId} and p.state = 'PUBLISHED' and ${shownQuote} and p.id < ${id}::uuid
    order by p.id desc limit ${limit + 1}::int`);
}
