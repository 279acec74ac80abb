import type { Db } from "#mesh/store/database.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";
import type { Span } from "../rules/trend-score.ts";
import type { Query } from "./query.ts";

const HOUR_MS = 3_600_000;
/** So many hashtags are looked at closely; nothing below can come first. */
const CANDIDATES = 500;
/** So many are kept for each span. */
const KEPT = 50;

/** Whose posts count: accounts that everybody can see. `u` has their author_id. */
const open: Sql = sql`exists (select 1 from account a where a.id = u.author_id and a.state = 'ACTIVE')
  and not exists (select 1 from account_lock l where l.account_id = u.author_id and l.locked)`;

/** A hashtag as it was used in a window. */
export interface UsedTag {
  readonly tag: string;
  readonly posts: bigint;
  readonly accounts: bigint;
  readonly heat: number;
  readonly repeats: number;
  /** Accounts as the hours count them, in the window and in the span before it. */
  readonly hourly: number;
  readonly before: number;
}

/** A window to look at. */
export interface Window {
  readonly now: Date;
  readonly ms: number;
  readonly halfLifeMs: number;
  readonly beforeMs: number;
  readonly least: number;
}

/**
 * Counts again, hour by hour, how hashtags were used since a moment, and writes what differs: posts come and go, and so
 * do accounts.
 */
export async function foldHours(db: Db, since: Date): Promise<void> {
  const from = new Date(Math.floor(since.getTime() / HOUR_MS) * HOUR_MS);
  // Two jobs do this, and may meet: a transaction is tried again.
  await db.commit(undefined, (tx) =>
    tx.query(sql`
    with used as materialized (select date_trunc('hour', u.used_at) as hour, u.tag, count(*)::int as posts,
        count(distinct u.author_id)::int as accounts
      from hashtag_use u where u.used_at >= ${from} and ${open} group by 1, 2),
    gone as (delete from hashtag_hour h where h.hour >= ${from}
      and not exists (select 1 from used where used.hour = h.hour and used.tag = h.tag))
    insert into hashtag_hour as h (hour, tag, posts, accounts) select hour, tag, posts, accounts from used order by hour, tag
    on conflict (hour, tag) do update set posts = excluded.posts, accounts = excluded.accounts
    where (h.posts, h.accounts) is distinct from (excluded.posts, excluded.accounts)`),
  );
}

/** Forgets hours that nothing is compared with any more. */
export async function dropHours(query: Query, before: Date): Promise<void> {
  await query(sql`delete from hashtag_hour where hour < ${before}`);
}

/** How hashtags were used in a window, every use for itself. */
export const usedExactly = (query: Query, window: Window): Promise<UsedTag[]> =>
  ranked(
    query,
    window,
    sql`select tag, sum(posts) as posts, count(*) as accounts, sum(ln(posts))::float8 as repeats,
        sum(power(0.5, extract(epoch from ${window.now}::timestamptz - latest) * 1000 / ${window.halfLifeMs}::float8))::float8 as heat
      from (select u.tag, u.author_id, count(*) as posts, max(u.used_at) as latest from hashtag_use u
        where u.used_at > ${sinceOf(window)} and u.used_at <= ${window.now} and ${open} group by u.tag, u.author_id) use
      group by tag having count(*) >= ${window.least}`,
  );

/** How hashtags were used in a long window, by the hours: an account counts once in each. */
export const usedByHours = (query: Query, window: Window): Promise<UsedTag[]> =>
  ranked(
    query,
    window,
    sql`select tag, sum(posts) as posts, sum(accounts) as accounts, sum(ln(posts::float8 / accounts))::float8 as repeats,
        sum(accounts * power(0.5, greatest(0, extract(epoch from ${window.now}::timestamptz - hour) * 1000) / ${window.halfLifeMs}::float8))::float8 as heat
      from hashtag_hour where hour > ${sinceOf(window)} and hour <= ${window.now}
      group by tag having sum(accounts) >= ${window.least}`,
  );

const sinceOf = ({ now, ms }: Window): Date => new Date(now.getTime() - ms);

async function ranked(query: Query, window: Window, used: Sql): Promise<UsedTag[]> {
  const since = sinceOf(window);
  const before = new Date(since.getTime() - window.beforeMs);
  const rows = await query<
    Record<"posts" | "accounts" | "hourly" | "before", string> & Pick<UsedTag, "tag" | "heat" | "repeats">
  >(sql`
    with used as materialized (select * from (${used}) one order by heat desc, tag limit ${CANDIDATES}::int)
    select used.*, coalesce(h.hourly, 0) as hourly, coalesce(h.before, 0) as before from used
      left join lateral (select sum(accounts) filter (where hour > ${since}) as hourly, sum(accounts) filter (where hour <= ${since}) as before
        from hashtag_hour where tag = used.tag and hour > ${before} and hour <= ${window.now}) h on true`);
  return rows.map(({ tag, heat, repeats, posts, accounts, hourly, before: earlier }) => ({
    ...{ tag, heat, repeats, posts: BigInt(posts), accounts: BigInt(accounts) },
    ...{ hourly: Number(hourly), before: Number(earlier) },
  }));
}

/** A hashtag on the rise. */
export type TrendingTag = Pick<UsedTag, "tag" | "posts" | "accounts"> & { readonly score: number };

/** Replaces what is answered for a span. A row without a tag, at rank 0, says when that was, also if nothing trends. */
export async function replaceTrends(db: Db, span: Span, tags: readonly TrendingTag[], now: Date): Promise<void> {
  const kept = [...tags].sort((a, b) => b.score - a.score || (a.tag < b.tag ? -1 : 1)).slice(0, KEPT);
  const rows = [{ tag: "", posts: 0n, accounts: 0n, score: 0 }, ...kept];
  await db.query(sql`
    with gone as (delete from hashtag_trend where span = ${span} and rank >= ${rows.length}::int)
    insert into hashtag_trend (span, rank, tag, posts, accounts, score, computed_at)
    select ${span}, place - 1, tag, posts, accounts, score, ${now}::timestamptz
    from unnest(${rows.map(({ tag }) => tag)}::text[], ${rows.map(({ posts }) => String(posts))}::bigint[],
      ${rows.map(({ accounts }) => String(accounts))}::bigint[], ${rows.map(({ score }) => score)}::float8[])
      with ordinality as t (tag, posts, accounts, score, place)
    on conflict (span, rank) do update set tag = excluded.tag, posts = excluded.posts, accounts = excluded.accounts,
      score = excluded.score, computed_at = excluded.computed_at`);
}

/** What trends in a span, as it was computed last: first the row that says when. */
export function readTrends(query: Query, span: Span, most: number) {
  return query<{ tag: string; posts: string; accounts: string; score: number; computed_at: string }>(
    sql`select tag, posts, accounts, score, computed_at from hashtag_trend where span = ${span} order by rank limit ${most + 1}::int`,
  );
}
