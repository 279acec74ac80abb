import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import type { EntryIds } from "../rules/entry-ids.ts";

/** What one look at all followees reads of storage, shared among them. */
const FIRST_LOOK = 8_000;

const EMPTY: EntryIds = Buffer.alloc(0);

/**
 * The newest entries that belong into a viewer's home, as they are in storage: what whom
 * it follows has pushed or will push, and all of its own. One statement for any number of followees: a few of each first, and more only of those whose
 * few are all among the newest.
 */
export async function storedHome({ query }: Pick<Db, "query">, viewerId: string, most: number): Promise<EntryIds> {
  const [row] = await query<{ ids: Buffer | null }>(sql`
    with actor as materialized (select followee_id as id from follow where follower_id = ${viewerId} and not hide_from_home
        union select ${viewerId}::uuid),
    few as (select least(${most}::bigint, greatest(10, ${FIRST_LOOK}::int / count(*))) as n from actor),
    first as materialized (select actor.id as actor_id, e.entry_id, e.place
      from actor, few, lateral (select entry_id, row_number() over (order by entry_id desc) as place
        from entry where actor_id = actor.id and (tier = 1 or actor_id = ${viewerId}) order by entry_id desc limit few.n) as e),
    bound as (select entry_id from first order by entry_id desc offset ${most}::int - 1 limit 1),
    more as (select e.entry_id from first, few, lateral (select entry_id from entry
          where actor_id = first.actor_id and (tier = 1 or actor_id = ${viewerId}) and entry_id < first.entry_id
            and entry_id > coalesce((select entry_id from bound), '00000000-0000-0000-0000-000000000000')
          order by entry_id desc limit ${most}::int) as e
      where first.place = few.n)
    select string_agg(uuid_send(entry_id), '' order by entry_id desc) as ids from
      (select entry_id from first union all select entry_id from more order by entry_id desc limit ${most}::int) as newest`);
  return row?.ids ?? EMPTY;
}

/** The newest entries that were or will be pushed, of several accounts. */
export async function storedOf(
  { query }: Pick<Db, "query">,
  actorIds: readonly string[],
  most: number,
): Promise<ReadonlyMap<string, EntryIds>> {
  const rows = await query<{ id: string; ids: Buffer | null }>(sql`
    select actor.id, (select string_agg(uuid_send(entry_id), '' order by entry_id desc) from (select entry_id from entry
        where actor_id = actor.id and tier = 1 order by entry_id desc limit ${most}::int) as newest) as ids
    from unnest(${actorIds}::uuid[]) as actor (id)`);
  return new Map(rows.map(({ id, ids }) => [id, ids ?? EMPTY]));
}
