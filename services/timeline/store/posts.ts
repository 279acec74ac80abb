import type { Tx } from "#mesh/store/commit.ts";
import type { Db } from "#mesh/store/database.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";

type StoreDeps = { readonly db: Pick<Db, "query"> };

/** After every id: where reading begins. */
const NEWEST = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** A place that is to be there: a post under its own id, or a share under its. */
export interface NewEntry {
  readonly id: string;
  readonly actorId: string;
  readonly postId: string;
  readonly authorId: string;
  readonly shard: number;
  readonly share: boolean;
  readonly reply: boolean;
  readonly at: Date;
}

/**
 * Makes places that are not there yet. How each travels, pushed or pulled, is decided here and never again; whoever delivers
 * reads it. `again`: places were cleared in this transaction, and go on to travel as they did.
 */
export async function placeEntries(
  tx: Pick<Tx, "query">,
  entries: readonly NewEntry[],
  { again = false }: { again?: boolean } = {},
): Promise<void> {
  if (entries.length === 0) return;
  const sorted = entries.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const column = <K extends keyof NewEntry>(name: K) => sorted.map((entry) => entry[name]);
  await tx.query(sql`insert into entry (actor_id, entry_id, post_id, author_id, shard, tier, is_share, is_reply, at)
    select n.actor_id, n.entry_id, n.post_id, n.author_id, n.shard, coalesce(${again ? FORMER_TIER : NO_TIER}, f.tier, 1), n.is_share, n.is_reply, n.at
    from unnest(${column("actorId")}::uuid[], ${column("id")}::uuid[], ${column("postId")}::uuid[], ${column("authorId")}::uuid[],
      ${column("shard")}::smallint[], ${column("share")}::boolean[], ${column("reply")}::boolean[], ${column("at")}::timestamptz[])
      as n (actor_id, entry_id, post_id, author_id, shard, is_share, is_reply, at)
    left join fanout_tier f on f.account_id = n.actor_id
    order by n.entry_id on conflict do nothing`);
}

/** See clear-posts.ts: what is read anew goes on to travel as it did. */
const FORMER_TIER: Sql = sql`(select former.tier from former_tier former where former.entry_id = n.entry_id)`;
const NO_TIER: Sql = sql`null`;

/** What many accounts wrote and shared, newest first: ids of at most `limit` entries older than `before`. */
export async function entriesBefore(
  { db }: StoreDeps,
  actors: readonly string[],
  before: string | undefined,
  limit: number,
  { shares = true }: { shares?: boolean } = {},
): Promise<string[]> {
  if (actors.length === 0) return [];
  const bound = before ?? NEWEST;
  // Of most accounts only a few are among the newest: a few of each are read first, then more of those that had more.
  const few = Math.min(limit, Math.max(4, Math.ceil((2 * limit) / actors.length)));
  const first = await newestOf(db, { actors, bound, each: few, limit, shares });
  if (first.fuller.length === 0 || few >= limit) return first.ids;
  const rest = await newestOf(db, { actors: first.fuller, bound, each: limit, limit, shares });
  return [...new Set([...first.ids, ...rest.ids])].sort(descending).slice(0, limit);
}

const descending = (a: string, b: string): number => (a < b ? 1 : -1);

interface Newest {
  readonly actors: readonly string[];
  readonly bound: string;
  readonly each: number;
  readonly limit: number;
  readonly shares: boolean;
}

/** The newest of at most `each` of every account; `fuller` are accounts that may have had more among them. */
async function newestOf(
  { query }: Pick<Db, "query">,
  { actors, bound, each, limit, shares }: Newest,
): Promise<{ ids: string[]; fuller: string[] }> {
  const rows = await query<{ entry_id: string | null; actor_id: string | null }>(sql`
    with few as materialized (select a.actor_id, e.entry_id, e.place from unnest((select ${[...actors]}::uuid[])) a (actor_id)
      cross join lateral (select e.entry_id, row_number() over (order by e.entry_id desc) as place from entry e
        where e.actor_id = a.actor_id and e.entry_id < ${bound}::uuid ${shares ? ALL : NO_SHARES}
        order by e.entry_id desc limit ${each}::int) e),
    top as materialized (select entry_id from few order by entry_id desc limit ${limit}::int)
    select entry_id, null::uuid as actor_id from top
    union all select null, actor_id from few where place = ${each}::int
      and (entry_id > (select entry_id from top order by entry_id limit 1) or (select count(*) from top) < ${limit}::int)`);
  const ids = rows.flatMap(({ entry_id }) => (entry_id === null ? [] : [entry_id])).sort(descending);
  return { ids, fuller: rows.flatMap(({ actor_id }) => (actor_id === null ? [] : [actor_id])) };
}

const ALL: Sql = sql``;
const NO_SHARES: Sql = sql`and not e.is_share`;
const NO_REPLIES: Sql = sql`and not e.is_reply`;
const WITH_MEDIA: Sql = sql`and exists (select 1 from post p where p.post_id = e.post_id and p.has_media)`;

/** What of one account's doings is wanted. */
export interface OwnTimeline {
  readonly before?: string | undefined;
  readonly limit: number;
  readonly replies: boolean;
  readonly shares: boolean;
  readonly mediaOnly?: boolean;
}

/** What one account wrote and shared, newest first: ids of entries. */
export async function entriesOf(
  { db }: StoreDeps,
  actorId: string,
  { before, limit, replies, shares, mediaOnly = false }: OwnTimeline,
): Promise<string[]> {
  // Only what is asked for is written down: beginning a statement costs more than running it.
  const rows = await db.query<{ entry_id: string }>(sql`select entry_id from entry e
    where actor_id = ${actorId}::uuid and entry_id < ${before ?? NEWEST}::uuid
      ${replies ? ALL : NO_REPLIES} ${shares && !mediaOnly ? ALL : NO_SHARES} ${mediaOnly ? WITH_MEDIA : ALL}
    order by entry_id desc limit ${limit}::int`);
  return rows.map(({ entry_id }) => entry_id);
}

/** Public posts with any of some tags, newest first, each with the first of those tags. */
export const taggedBefore = (
  { db }: StoreDeps,
  tags: readonly string[],
  before: string | undefined,
  limit: number,
): Promise<{ id: string; tag: string }[]> =>
  tags.length === 0
    ? Promise.resolve([])
    : db.query(sql`select post_id as id, min(tag) as tag from unnest((select ${[...tags]}::text[])) f (tag)
        cross join lateral (select t.post_id from tagged t where t.tag = f.tag and t.post_id < ${before ?? NEWEST}::uuid
          order by t.post_id desc limit ${limit}::int) t
        group by post_id order by post_id desc limit ${limit}::int`);
