import type { Tx } from "#mesh/store/commit.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Happened } from "../rules/engagement-steps.ts";

type Store = Pick<Db, "query">;

/** Something that happened to a post, within a step. */
export type Stepped = Happened & { readonly stepMs: number };

/** A public post's tag, within a step. */
export interface Tagged {
  readonly stepMs: number;
  readonly tag: string;
  readonly authorId: string;
}

/** Adds to steps: one row for all that happened in one step to one post in one way. */
export async function addSteps({ query }: Pick<Tx, "query">, all: readonly Stepped[]): Promise<void> {
  if (all.length === 0) return;
  await query(sql`insert into engagement_step (step, post_id, kind, amount)
    select to_timestamp(step / 1000), post_id, kind, sum(amount) from unnest(${all.map(({ stepMs }) => stepMs)}::float8[],
      ${all.map(({ postId }) => postId)}::uuid[], ${all.map(({ kind }) => kind)}::smallint[],
      ${all.map(({ amount }) => amount)}::int[]) as h (step, post_id, kind, amount)
    group by step, post_id, kind having sum(amount) <> 0 order by step, post_id, kind
    on conflict (step, post_id, kind) do update set amount = engagement_step.amount + excluded.amount`);
}

/** Adds uses of tags to steps. */
export async function addTagSteps({ query }: Pick<Tx, "query">, all: readonly Tagged[]): Promise<void> {
  if (all.length === 0) return;
  await query(sql`insert into tag_step (step, tag, author_id, uses)
    select to_timestamp(step / 1000), tag, author_id, count(*) from unnest(${all.map(({ stepMs }) => stepMs)}::float8[],
      ${all.map(({ tag }) => tag)}::text[], ${all.map(({ authorId }) => authorId)}::uuid[]) as t (step, tag, author_id)
    group by step, tag, author_id order by step, tag, author_id
    on conflict (step, tag, author_id) do update set uses = tag_step.uses + excluded.uses`);
}

/** A span that slides: what lies within it counts half after each half-life. */
export interface Window {
  readonly now: Date;
  readonly ms: number;
  readonly halfLifeMs: number;
}

/** What a post got within a window: how much altogether, and how much of it counts still. */
export interface Heat {
  readonly postId: string;
  readonly kind: number;
  readonly amount: number;
  readonly heat: number;
}

/** The sums of a window for these posts; what was taken back more often than given within it counts as nothing. */
export async function engagementOf(
  { query }: Store,
  postIds: readonly string[],
  { now, ms, halfLifeMs }: Window,
): Promise<Heat[]> {
  return query<Heat>(sql`select post_id as "postId", kind, sum(amount)::float8 as amount,
      sum(amount * power(0.5, greatest(extract(epoch from ${now}::timestamptz - step), 0) * 1000 / ${halfLifeMs}::float8))::float8 as heat
    from engagement_step where post_id = any(${postIds}::uuid[]) and step > ${new Date(now.getTime() - ms)} and step <= ${now}
    group by post_id, kind having sum(amount) > 0 order by post_id, kind`);
}

/** A tag that several use, and how much of that counts still. */
export interface TrendingTag {
  readonly tag: string;
  readonly authors: number;
  readonly uses: number;
  readonly heat: number;
}

/** The tags of a window that most accounts use, each account counted once a step. */
export async function trendingTags(
  { query }: Store,
  { now, ms, halfLifeMs }: Window,
  { least, most }: { readonly least: number; readonly most: number },
): Promise<TrendingTag[]> {
  return query<TrendingTag>(sql`select tag, count(distinct author_id)::int as authors, sum(uses)::int as uses,
      sum(power(0.5, greatest(extract(epoch from ${now}::timestamptz - step), 0) * 1000 / ${halfLifeMs}::float8))::float8 as heat
    from tag_step where step > ${new Date(now.getTime() - ms)} and step <= ${now}
    group by tag having count(distinct author_id) >= ${least}::int order by heat desc, tag limit ${most}::int`);
}

/** Drops steps that no window looks at any more; says whether there may be others. */
export async function dropSteps({ query }: Store, before: Date, bite: number): Promise<boolean> {
  const [row] = await query<{ gone: number }>(sql`with posts as (delete from engagement_step where ctid = any(array(
      select ctid from engagement_step where step < ${before} limit ${bite}::int)) returning 1),
    tags as (delete from tag_step where ctid = any(array(
      select ctid from tag_step where step < ${before} limit ${bite}::int)) returning 1)
    select greatest((select count(*) from posts), (select count(*) from tags))::int as gone`);
  return (row?.gone ?? 0) >= bite;
}
