import { ListChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { removedEvent } from "./list-members.ts";

/** Erases an account's lists, and takes it off up to `most` lists of others; returns how many rows went. */
export async function eraseListsOf(tx: Tx, accountId: string, most: number): Promise<number> {
  const own = await tx.query<{ id: string }>(sql`with members as (delete from list_member where owner_id = ${accountId})
    delete from list where owner_id = ${accountId} returning id`);
  for (const { id: listId } of own)
    tx.publish(ListChangedSchema, { ownerId: accountId, listId, change: { case: "deleted", value: {} } });
  const left = await tx.query<{ owner_id: string; list_id: string }>(sql`delete from list_member
    where account_id = ${accountId} and (owner_id, list_id) in (
      select owner_id, list_id from list_member where account_id = ${accountId} limit ${most}::int)
    returning owner_id, list_id`);
  for (const { owner_id: ownerId, list_id: listId } of left)
    tx.publish(ListChangedSchema, removedEvent({ ownerId, listId, accountId }));
  return own.length + left.length;
}
