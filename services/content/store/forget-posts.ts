import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";

type Query = Pick<Tx, "query">;

/**
 * Forgets what posts held that were deleted before a moment, longest ago first, with everything that others did with
 * them; says how many there were. Undeleting takes the same row: one of the two comes too late.
 */
export async function forgetDeleted(tx: Query, before: Date, most: number): Promise<number> {
  const rows = await tx.query<{ id: string }>(sql`
    with due as (select author_id, id, quoted_author_id from post
      where state = 'TOMBSTONE' and card is not null and deleted_at <= ${before}
      order by deleted_at limit ${most}::int for update skip locked),
    asked as (delete from quote_consent c using due where c.owner_id = due.quoted_author_id and c.post_id = due.id)
    update post p set card = null, quoted_id = null, quoted_author_id = null, quote_asks = false, has_media = false
      from due where p.author_id = due.author_id and p.id = due.id returning p.id`);
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) await forgetTraces(tx, ids);
  return ids.length;
}

/**
 * Forgets what posts said before, whom they named, and what anybody did with them. Their counters go to nothing with it;
 * only replies and quotes, which are posts themselves, still count.
 */
export async function forgetTraces({ query }: Query, ids: readonly string[]): Promise<void> {
  await query(sql`
    with gone as (select author_id, id from post where id = any(${[...ids]}::uuid[])),
    said as (delete from revision r using gone where r.post_id = gone.id),
    named as (delete from mention m using gone where m.author_id = gone.author_id and m.post_id = gone.id),
    tagged as (delete from hashtag_use t using gone where t.author_id = gone.author_id and t.post_id = gone.id),
    pinned as (delete from pin x using gone where x.author_id = gone.author_id and x.post_id = gone.id),
    liked as (delete from post_like l using gone where l.post_id = gone.id),
    shared as (delete from post_share s using gone where s.post_id = gone.id),
    saved as (delete from bookmark b using gone where b.post_id = gone.id),
    asked as (delete from poll p using gone where p.post_id = gone.id),
    voted as (delete from vote v using gone where v.post_id = gone.id)
    delete from count_delta d using gone where d.post_id = gone.id and d.kind in (1, 2, 5, 6)`);
  // A fold that was under way has made way by now: only a statement that begins after it sees the counters it made.
  await query(sql`
    with counted as (delete from poll_option where post_id = any(${[...ids]}::uuid[]))
    update post_count set likes = 0, shares = 0, voters = 0, version = version + 1 where post_id = any(${[...ids]}::uuid[])`);
}
