import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";

/** A list as a timeline is read of it. */
export interface ReadableList {
  readonly members: readonly string[];
  readonly hideReposts: boolean;
}

/** One of an account's lists with everybody on it; undefined if it has no such list. */
export async function readList(
  { query }: Pick<Db, "query">,
  ownerId: string,
  listId: string,
): Promise<ReadableList | undefined> {
  const [row] = await query<{ hide_reposts: boolean; members: string | null }>(sql`
    select l.hide_reposts, (select string_agg(m.account_id::text, ' ') from list_member m
      where m.owner_id = l.owner_id and m.list_id = l.list_id) as members
    from list l where l.owner_id = ${ownerId} and l.list_id = ${listId}`);
  return row && { hideReposts: row.hide_reposts, members: row.members?.split(" ") ?? [] };
}

/** The exclusive list of an account that keeps another out of its home; undefined if none does. */
export async function exclusiveListOf(
  { query }: Pick<Db, "query">,
  ownerId: string,
  accountId: string,
): Promise<{ listId: string; title: string } | undefined> {
  const [row] = await query<{ list_id: string; title: string }>(sql`select l.list_id, l.title
    from list_member m join list l on l.owner_id = m.owner_id and l.list_id = m.list_id and l.exclusive
    where m.owner_id = ${ownerId} and m.account_id = ${accountId} order by l.list_id limit 1`);
  return row && { listId: row.list_id, title: row.title };
}
