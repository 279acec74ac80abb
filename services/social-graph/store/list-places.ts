import { sql } from "#mesh/store/sql.ts";
import type { Query } from "./query.ts";

/** A list of one account that another is on. */
export interface ListPlace {
  readonly list_id: string;
  readonly account_id: string;
  readonly title: string;
  readonly exclusive: boolean;
  readonly hide_reposts: boolean;
}

/** The owner's lists that accounts are on, oldest list first. */
export const listPlacesOf = (query: Query, ownerId: string, accountIds: readonly string[]): Promise<ListPlace[]> =>
  query<ListPlace>(sql`select l.id as list_id, m.account_id, l.title, l.exclusive, l.hide_reposts
    from list_member m join list l on l.owner_id = m.owner_id and l.id = m.list_id
    where m.owner_id = ${ownerId} and m.account_id = any(${[...accountIds]}::uuid[])
    order by l.created_at, l.id`);
