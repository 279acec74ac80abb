import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Weights } from "../rules/base-score.ts";
import { Done } from "../rules/engagement-steps.ts";
import { firstIdAt } from "../rules/entry-ids.ts";
import type { Explorable, Explored } from "../rules/explore-order.ts";
import type { Window } from "./windows.ts";

type Store = Pick<Db, "query">;

/** So many of those that most happened to, and so many of the newest, are looked at. */
const HOTTEST = 4_000;
const NEWEST = 1_000;

/** Public posts that begin a thread, of people who are there and not locked: what is engaged with of late, and the newest. */
export async function explorable(
  { query }: Store,
  { now, ms, halfLifeMs }: Window,
  weights: Weights,
  { sinceMs, tags }: { readonly sinceMs: number; readonly tags: readonly string[] },
): Promise<Explorable[]> {
  return query<Explorable>(sql`
    with hot as materialized (select post_id, sum(amount * power(0.5, greatest(extract(epoch from ${now}::timestamptz - step), 0) * 1000 / ${halfLifeMs}::float8)
        * case kind when ${Done.LIKED}::int then ${weights.likes}::float8 when ${Done.REPLIED}::int then ${weights.replies}::float8
          else ${weights.shares}::float8 end)::float8 as heat
      from engagement_step where step > ${new Date(now.getTime() - ms)} and step <= ${now}
      group by post_id having sum(amount) > 0 order by heat desc limit ${HOTTEST}::int),
    fresh as materialized (select post_id from post where post_id > ${firstIdAt(sinceMs)}::uuid and state = 1
      and audience = 1 and parent_id is null order by post_id desc limit ${NEWEST}::int)
    -- One post at a time, by its key: how many accounts are locked is the one thing the planner may know nothing of.
    select seen.post_id as "postId", p.author_id as "authorId", p.language, (extract(epoch from p.created_at) * 1000)::float8 as "createdMs",
      seen.heat, exists (select 1 from tagged t where t.post_id = seen.post_id and t.tag = any(${tags}::text[])) as trending
    from (select post_id, max(heat) as heat from (select post_id, heat from hot union all select post_id, 0 from fresh) as either
        group by post_id) as seen
      cross join lateral (select p.author_id, p.language, p.created_at from post p
        join account a on a.account_id = p.author_id and a.standing = 1
        where p.post_id = seen.post_id and p.state = 1 and p.audience = 1 and p.parent_id is null
          and p.created_at > ${new Date(sinceMs)} and not exists (select 1 from locked l where l.account_id = p.author_id)
        limit 1) as p`);
}

/** Keeps an order under its moment, and forgets those that no page needs any more. */
export async function keepExplored(
  { query }: Store,
  order: readonly Explored[],
  now: Date,
  keepMs: number,
): Promise<void> {
  await query(sql`with gone as (delete from explore_place where generation < ${new Date(now.getTime() - keepMs)})
    insert into explore_place (generation, place, post_id, author_id, language, score)
    select ${now}::timestamptz, place, post_id, author_id, language, score
    from unnest(${order.map(({ postId }) => postId)}::uuid[], ${order.map(({ authorId }) => authorId)}::uuid[],
      ${order.map(({ language }) => language)}::text[], ${order.map(({ score }) => score)}::float8[])
      with ordinality as o (post_id, author_id, language, score, place)
    on conflict (generation, place) do nothing`);
}

/** A stretch of an order. */
export interface Stretch {
  /** Milliseconds; undefined where there is no such order, or none at all. */
  readonly generation: number | undefined;
  readonly places: readonly { readonly place: number; readonly postId: string }[];
}

/** What follows a place in an order, or the beginning of the newest. A language has its variants with it: "pt" has "pt-BR". */
export async function readExplored(
  { query }: Store,
  from: { readonly generation: number; readonly after: number } | undefined,
  language: string,
  limit: number,
): Promise<Stretch> {
  const generation = from ? new Date(from.generation) : null;
  const wanted = language.toLowerCase();
  const rows = await query<{ generation: string | null; place: number | null; post_id: string | null }>(sql`
    with g as (select max(generation) as generation from explore_place
      where ${generation}::timestamptz is null or generation = ${generation}::timestamptz)
    select g.generation, e.place, e.post_id from g left join lateral (select place, post_id from explore_place e
      where e.generation = g.generation and e.place > ${from?.after ?? 0}::int
        and (${wanted} = '' or lower(e.language) = ${wanted} or lower(e.language) like ${`${wanted}-%`})
      order by place limit ${limit}::int) e on true order by e.place`);
  return {
    generation: rows[0]?.generation ? Date.parse(rows[0].generation) : undefined,
    places: rows.flatMap(({ place, post_id }) => (place === null || !post_id ? [] : [{ place, postId: post_id }])),
  };
}
