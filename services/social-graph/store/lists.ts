import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ListChanged_SavedSchema, ListChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { ListSchema } from "#gen/skein/graph/v1/list_service_pb.ts";
import type { ReplayKey } from "#mesh/context.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { type After, stampOf } from "./moments.ts";
import type { Query } from "./query.ts";

/** A list as it is kept, and how many are on it. */
export interface ListRow {
  readonly id: string;
  readonly title: string;
  readonly exclusive: boolean;
  readonly hide_reposts: boolean;
  readonly created_at: string;
  readonly changed_at: string;
  readonly members: number;
}

/** A list that is to be made. */
export interface NewList {
  readonly id: string;
  readonly ownerId: string;
  readonly title: string;
  readonly exclusive: boolean;
  readonly hideReposts: boolean;
  readonly now: Date;
  readonly replay: ReplayKey | undefined;
}

/** Lets nobody else make or rename lists of this owner until the unit of work ends. */
export const holdLists = (tx: Tx, ownerId: string): Promise<unknown> =>
  tx.query(sql`select pg_advisory_xact_lock(hashtextextended('lists of ' || ${ownerId}::text, 0))`);

/** Makes a list unless the owner, whose lists are held, has `most`, or one of that title or under that idempotency key. */
export async function insertList(tx: Tx, list: NewList, most: number): Promise<ListRow | undefined> {
  const { id, ownerId, title, exclusive, hideReposts, now, replay } = list;
  const [row] = await tx.query<ListRow>(sql`
    insert into list (owner_id, id, shard, title, exclusive, hide_reposts, created_at, changed_at, request_key, fingerprint)
    select ${ownerId}::uuid, ${id}::uuid, ${partitionOf(ownerId)}::smallint, ${title}::text, ${exclusive}::boolean,
      ${hideReposts}::boolean, ${now}::timestamptz, ${now}::timestamptz, ${replay?.key ?? null}::text,
      ${replay ? Buffer.from(replay.fingerprint) : null}::bytea
    where (select count(*) from list where owner_id = ${ownerId}::uuid) < ${most}::int
    on conflict do nothing
    returning id, title, exclusive, hide_reposts, created_at, changed_at, 0 as members`);
  return row;
}

/** The list that stands in the way of a new one: made under its key, or of its title. */
export async function listInTheWay(tx: Tx, { ownerId, title, replay }: NewList) {
  const [row] = await tx.query<ListRow & { fingerprint: Buffer | null; same_key: boolean }>(sql`
    select id, title, exclusive, hide_reposts, created_at, changed_at, fingerprint, coalesce(request_key = ${replay?.key ?? null}::text, false) as same_key,
      (select count(*)::int from list_member m where m.owner_id = l.owner_id and m.list_id = l.id) as members
    from list l where owner_id = ${ownerId} and (title = ${title} or request_key = ${replay?.key ?? null}::text)
    order by same_key desc limit 1`);
  return row;
}

/** The owner's lists behind a place, newest first; or the one that is asked for. */
export const listsAfter = (
  query: Query,
  { ownerId, listId, after: [moment, id] }: { ownerId: string; listId?: string; after: After },
  limit: number,
): Promise<ListRow[]> =>
  query<ListRow>(sql`
    select id, title, exclusive, hide_reposts, created_at, changed_at,
      (select count(*)::int from list_member m where m.owner_id = l.owner_id and m.list_id = l.id) as members
    from list l where owner_id = ${ownerId}::uuid and (created_at, id) < (${moment}::timestamptz, ${id}::uuid)
      and (${listId ?? null}::uuid is null or id = ${listId ?? null}::uuid)
    order by created_at desc, id desc limit ${limit}::int`);

/** Keeps all others from changing a list, or who is on it, until the unit of work ends, and reads it. */
export async function lockList(tx: Tx, ownerId: string, listId: string): Promise<ListRow | undefined> {
  const [row] = await tx.query<ListRow>(sql`select id, title, exclusive, hide_reposts, created_at, changed_at,
      (select count(*)::int from list_member m where m.owner_id = l.owner_id and m.list_id = l.id) as members
    from list l where owner_id = ${ownerId} and id = ${listId} for update`);
  return row;
}

/** Writes what a list is; false where another of the owner's lists has that title. */
export async function updateList(tx: Tx, ownerId: string, row: ListRow, now: Date): Promise<boolean> {
  const rows = await tx.query(sql`update list set title = ${row.title}, exclusive = ${row.exclusive},
      hide_reposts = ${row.hide_reposts}, changed_at = ${now}
    where owner_id = ${ownerId} and id = ${row.id}
      and not exists (select from list where owner_id = ${ownerId} and title = ${row.title} and id <> ${row.id}) returning 1`);
  return rows.length > 0;
}

/** Deletes a list and then who was on it; false where there is none. Whoever is adding to it has finished by then. */
export async function deleteList(tx: Tx, ownerId: string, listId: string): Promise<boolean> {
  const rows = await tx.query(sql`delete from list where owner_id = ${ownerId} and id = ${listId} returning 1`);
  if (rows.length === 0) return false;
  await tx.query(sql`delete from list_member where owner_id = ${ownerId} and list_id = ${listId}`);
  return true;
}

/** A list as its owner sees it. */
export const listOf = (row: ListRow): MessageInitShape<typeof ListSchema> => ({
  listId: row.id,
  title: row.title,
  exclusive: row.exclusive,
  hideReposts: row.hide_reposts,
  memberCount: row.members,
  createdAt: stampOf(row.created_at),
  changedAt: stampOf(row.changed_at),
});

/** What is announced of a list that was made or changed. */
export const savedEvent = (
  ownerId: string,
  { id, title, exclusive, hide_reposts }: Omit<ListRow, "created_at" | "changed_at" | "members">,
): MessageInitShape<typeof ListChangedSchema> => {
  const value: MessageInitShape<typeof ListChanged_SavedSchema> = { title, exclusive, hideReposts: hide_reposts };
  return { ownerId, listId: id, change: { case: "saved", value } };
};
