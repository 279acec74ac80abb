import type { Tx } from "#mesh/store/commit.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";
import type { CountsRow } from "./counts.ts";
import { markStaleOf } from "./stale-copies.ts";

/** What somebody did with a post, as reaction.kind has it. Bookmarks are counted nowhere. */
export const Kind = { LIKE: 1, SHARE: 2, BOOKMARK: 3 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** Something that somebody did, or took back: then it has no moment. */
export interface Reaction {
  readonly accountId: string;
  readonly postId: string;
  /** Unknown where a bookmark is taken back. */
  readonly authorId: string | undefined;
  readonly kind: Kind;
  readonly shard: number;
  readonly at: Date | undefined;
}

/** Moves counters of likes and shares by rows (post_id, kind, by), and returns how they stand. */
const counted = (rows: Sql): Sql => sql`counted as (insert into post_count as c (post_id, likes, shares)
  select post_id, coalesce(sum(by) filter (where kind = 1), 0), coalesce(sum(by) filter (where kind = 2), 0)
    from (${rows}) n where kind < 3 group by post_id order by post_id
  on conflict (post_id) do update set likes = c.likes + excluded.likes, shares = c.shares + excluded.shares,
    version = greatest(c.version + 1, revision())
  returning c.*)`;

/**
 * Brings reactions to what was last said, each at most once, and moves the counters by what really changed, in one
 * statement: whatever comes twice counts once. Returns the counters that moved. `told`: those of the others as well, under
 * a new version. An attempt that failed may have told of a like that was taken back since: of the two nothing is left.
 */
export async function applyReactions(
  { query }: Pick<Tx, "query">,
  reactions: readonly Reaction[],
  { told = false }: { told?: boolean } = {},
): Promise<CountsRow[]> {
  if (reactions.length === 0) return [];
  const column = <K extends keyof Reaction>(name: K) => reactions.map((one) => one[name]);
  return query(sql`
    with said as materialized (select * from unnest(${column("accountId")}::uuid[], ${column("postId")}::uuid[],
      ${reactions.map(({ authorId }) => authorId ?? null)}::uuid[], ${column("kind")}::smallint[], ${column("shard")}::smallint[],
      ${reactions.map(({ at }) => at ?? null)}::timestamptz[]) as n (account_id, post_id, author_id, kind, shard, at)),
    made as (insert into reaction as r (account_id, post_id, kind, author_id, shard, at)
      select account_id, post_id, kind, author_id, shard, at from said where at is not null
      order by account_id, post_id, kind
      on conflict (account_id, post_id, kind) do update set at = excluded.at where r.at <> excluded.at
      returning post_id, kind, (xmax = 0) as fresh),
    gone as (delete from reaction r using said s
      where s.at is null and r.account_id = s.account_id and r.post_id = s.post_id and r.kind = s.kind
      returning r.post_id, r.kind),
    ${counted(sql`select post_id, kind, 1 as by from made where fresh union all select post_id, kind, -1 from gone ${told ? UNCHANGED : NONE}`)}
    select * from counted order by post_id`);
}

const UNCHANGED: Sql = sql`union all select post_id, kind, 0 from said`;
const NONE: Sql = sql``;

/** Moves counters by how many reactions there are more or fewer, and returns those that moved. */
export const moveReactionCounts = (
  { query }: Pick<Tx, "query">,
  changes: readonly { readonly postId: string; readonly kind: number; readonly by: number }[],
): Promise<CountsRow[]> =>
  changes.length === 0
    ? Promise.resolve([])
    : query(sql`with ${counted(sql`select * from unnest(${changes.map(({ postId }) => postId)}::uuid[],
        ${changes.map(({ kind }) => kind)}::smallint[], ${changes.map(({ by }) => by)}::int[]) as c (post_id, kind, by)`)}
      select * from counted order by post_id`);

/** Forgets reactions of one kind and one log, with what they count for. */
export async function clearReactions(
  { query }: Pick<Tx, "query">,
  kind: Kind,
  shard: number,
  now: Date,
): Promise<void> {
  await query(sql`
    with gone as (delete from reaction where shard = ${shard}::smallint and kind = ${kind}::smallint returning post_id, kind),
    ${counted(sql`select post_id, kind, -1 as by from gone`)}
    ${markStaleOf(sql`select post_id as id from counted`, now)}`);
}
