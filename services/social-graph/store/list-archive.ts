import { ListChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { HeldList } from "../rules/import-plan.ts";
import { addedEvent } from "./list-members.ts";
import { holdLists, type ListRow, savedEvent } from "./lists.ts";
import type { Query } from "./query.ts";

/** The owner's lists, how many are on each, and which of some accounts. */
export async function heldLists(query: Query, ownerId: string, accountIds: readonly string[]): Promise<HeldList[]> {
  const rows = await query<{ title: string; size: number; members: string[] | null }>(sql`
    select l.title, count(m.account_id)::int as size,
      array_agg(m.account_id::text) filter (where m.account_id = any(${[...accountIds]}::uuid[])) as members
    from list l left join list_member m on m.owner_id = l.owner_id and m.list_id = l.id
    where l.owner_id = ${ownerId} group by l.id, l.title`);
  return rows.map(({ title, size, members }) => ({ title, size, members: new Set(members ?? []) }));
}

/** A place on a list that is to be; without an account only the list. */
export interface ListWish {
  readonly id: string;
  readonly title: string;
  readonly exclusive: boolean;
  readonly hideReposts: boolean;
  readonly accountId: string | undefined;
  readonly at: Date;
}

/**
 * Makes the lists whose titles the owner lacks, in the order of the wishes, and adds members to all of them. Returns the
 * titles that were made, and "title account" for each place that was not there.
 */
export async function addListRows(
  tx: Tx,
  ownerId: string,
  wishes: readonly ListWish[],
  now: Date,
): Promise<Set<string>> {
  await holdLists(tx, ownerId);
  const titles = wishes.filter(({ title }, at) => wishes.findIndex((one) => one.title === title) === at);
  const made = await tx.query<Omit<ListRow, "created_at" | "changed_at" | "members">>(sql`
    insert into list (owner_id, id, shard, title, exclusive, hide_reposts, created_at, changed_at)
    select ${ownerId}::uuid, w.id, ${partitionOf(ownerId)}::smallint, w.title, w.exclusive, w.hide_reposts, ${now}::timestamptz, ${now}::timestamptz
    from unnest(${titles.map(({ id }) => id)}::uuid[], ${titles.map(({ title }) => title)}::text[],
      ${titles.map(({ exclusive }) => exclusive)}::boolean[], ${titles.map(({ hideReposts }) => hideReposts)}::boolean[])
      as w (id, title, exclusive, hide_reposts)
    on conflict (owner_id, title) do nothing returning id, title, exclusive, hide_reposts`);
  for (const row of made) tx.publish(ListChangedSchema, savedEvent(ownerId, row));
  const added = await addMembers(tx, ownerId, wishes);
  return new Set([...made.map(({ title }) => title), ...added]);
}

async function addMembers(tx: Tx, ownerId: string, wishes: readonly ListWish[]): Promise<string[]> {
  const members = wishes.filter(({ accountId }) => accountId !== undefined);
  if (members.length === 0) return [];
  // Whoever deletes one of these lists waits, and then deletes these members too.
  await tx.query(sql`select 1 from list where owner_id = ${ownerId} and title = any(${members.map(({ title }) => title)}::text[])
    order by id for update`);
  const rows = await tx.query<{ list_id: string; title: string; account_id: string; added_at: string }>(sql`
    with added as (insert into list_member (owner_id, list_id, account_id, shard, added_at)
      select l.owner_id, l.id, w.account_id, l.shard, w.added_at
      from unnest(${members.map(({ title }) => title)}::text[], ${members.map(({ accountId }) => accountId)}::uuid[],
          ${members.map(({ at }) => at)}::timestamptz[]) as w (title, account_id, added_at)
        join list l on l.owner_id = ${ownerId}::uuid and l.title = w.title
      where not exists (select from block where blocker_id = ${ownerId}::uuid and blocked_id = w.account_id)
        and not exists (select from block where blocker_id = w.account_id and blocked_id = ${ownerId}::uuid)
      on conflict do nothing returning list_id, account_id, added_at)
    select added.*, l.title from added join list l on l.owner_id = ${ownerId}::uuid and l.id = added.list_id`);
  for (const { list_id: listId, account_id: accountId, added_at } of rows)
    tx.publish(ListChangedSchema, addedEvent({ ownerId, listId, accountId }, added_at));
  return rows.map(({ title, account_id }) => `${title} ${account_id}`);
}
