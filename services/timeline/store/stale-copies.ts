import type { Tx } from "#mesh/store/commit.ts";
import type { Db } from "#mesh/store/database.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";

/** Copies may be wrong for so long after they were mended: a reader that had read before may have put the former one back. */
const SETTLING_MS = 5_000;

/** Writes down whose copies in Redis have to be looked at, in the transaction that changes what they are copies of. */
export async function markStale({ query }: Pick<Tx, "query">, ids: readonly string[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  await query(sql`insert into stale_copy (id, since) select distinct id, ${now}::timestamptz from unnest(${[...ids]}::uuid[]) as n (id) order by id
    on conflict (id) do update set since = excluded.since, looked = false`);
}

/** The same for ids that a statement finds, which has to return a column id. */
export const markStaleOf = (ids: Sql, now: Date): Sql =>
  sql`insert into stale_copy (id, since) select distinct id, ${now}::timestamptz from (${ids}) found order by id
    on conflict (id) do update set since = excluded.since, looked = false`;

/** Ids of copies to be looked at: at once, and once more when everybody is done who may have read before. */
export async function staleCopies({ query }: Pick<Db, "query">, now: Date, most: number): Promise<string[]> {
  const rows = await query<{ id: string }>(sql`select id from stale_copy
    where not looked or since <= ${settled(now)} order by looked, since limit ${most}::int`);
  return rows.map(({ id }) => id);
}

/** Says that copies were mended; those that were so before are done with. */
export async function mended({ query }: Pick<Db, "query">, ids: readonly string[], now: Date): Promise<void> {
  await query(sql`with done as (delete from stale_copy where id = any(${[...ids]}::uuid[]) and looked
      and since <= ${settled(now)} returning id)
    update stale_copy set looked = true, since = ${now} where id = any(${[...ids]}::uuid[]) and not looked`);
}

const settled = (now: Date): Date => new Date(now.getTime() - SETTLING_MS);

/** A revision that is higher than all before. */
export async function nextRevision({ query }: Pick<Db, "query">): Promise<number> {
  const [row] = await query<{ revision: string }>(sql`select revision() as revision`);
  return Number(row?.revision);
}

/**
 * Of posts that were not there, those that are by now, under a new revision: whoever was storing one had told Redis of it
 * already, under an older one than that it is gone. To put a row in its place waits until such a transaction has ended.
 */
export const arrivedSince = ({ transact }: Pick<Db, "transact">, postIds: readonly string[]): Promise<string[]> =>
  transact(async ({ query }) => {
    if (postIds.length === 0) return [];
    const rows = await query<{ post_id: string; arrived: boolean }>(sql`
      insert into post as p (post_id, author_id, shard, version, state, audience, created_at)
      select id, id, 0, 0, 2, 0, now() from unnest(${[...postIds]}::uuid[]) as n (id) order by id
      on conflict (post_id) do update set revision = greatest(p.revision + 1, revision())
      returning post_id, xmax <> 0 as arrived`);
    const placed = rows.filter(({ arrived }) => !arrived).map(({ post_id }) => post_id);
    await query(sql`delete from post where post_id = any(${placed}::uuid[])`);
    return rows.filter(({ arrived }) => arrived).map(({ post_id }) => post_id);
  });
