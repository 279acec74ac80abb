import type { MessageInitShape } from "@bufbuild/protobuf";
import { ListChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { EdgeRow } from "./followers.ts";
import { type After, stampOf } from "./moments.ts";
import type { Query } from "./query.ts";

/** Where somebody is put. */
export interface Place {
  readonly ownerId: string;
  readonly listId: string;
  readonly accountId: string;
}

/** What became of it. */
export type Added = "ADDED" | "THERE" | "FULL" | "BLOCKED";

/** Puts an account on a list, which is locked, and says so to the log. A block that has landed meanwhile keeps it off. */
export async function addMember(
  tx: Tx,
  { ownerId, listId, accountId }: Place,
  now: Date,
  most: number,
): Promise<Added> {
  const [row] = await tx.query<{ added_at: string | null; there: boolean; full: boolean }>(sql`
    with there as (select 1 from list_member where owner_id = ${ownerId} and list_id = ${listId} and account_id = ${accountId}),
    full_ as (select count(*) >= ${most}::int as yes from list_member where owner_id = ${ownerId} and list_id = ${listId}),
    added as (insert into list_member (owner_id, list_id, account_id, shard, added_at)
      select ${ownerId}::uuid, ${listId}::uuid, ${accountId}::uuid, ${partitionOf(ownerId)}::smallint, ${now}::timestamptz
      from full_ where not yes and not exists (select from there)
        and not exists (select from block where blocker_id = ${ownerId}::uuid and blocked_id = ${accountId}::uuid)
        and not exists (select from block where blocker_id = ${accountId}::uuid and blocked_id = ${ownerId}::uuid)
      returning added_at)
    select (select added_at from added), exists (select from there) as there, full_.yes as full from full_`);
  if (row?.there) return "THERE";
  if (!row?.added_at) return row?.full ? "FULL" : "BLOCKED";
  tx.publish(ListChangedSchema, addedEvent({ ownerId, listId, accountId }, row.added_at));
  return "ADDED";
}

/** Who is on a list behind a place, newest first. */
export const membersAfter = (
  query: Query,
  { ownerId, listId }: Omit<Place, "accountId">,
  [moment, id]: After,
  limit: number,
): Promise<EdgeRow[]> =>
  query<EdgeRow>(sql`select account_id as id, added_at as moment from list_member
    where owner_id = ${ownerId} and list_id = ${listId} and (added_at, account_id) < (${moment}::timestamptz, ${id}::uuid)
    order by added_at desc, account_id desc limit ${limit}::int`);

/**
 * Takes two off each other's lists because one has blocked the other, and says so to the log. Where that block has ended
 * since, only those places go that are older: who was put back stays.
 */
export async function unlistParted(tx: Tx, blockerId: string, blockedId: string, at: Date): Promise<void> {
  const rows = await tx.query<{ owner_id: string; list_id: string; account_id: string }>(sql`
    delete from list_member
    where (owner_id, account_id) in ((${blockerId}::uuid, ${blockedId}::uuid), (${blockedId}::uuid, ${blockerId}::uuid))
      and (added_at <= ${at} or exists (select from block where blocker_id = ${blockerId} and blocked_id = ${blockedId}))
    returning owner_id, list_id, account_id`);
  for (const { owner_id: ownerId, list_id: listId, account_id: accountId } of rows)
    tx.publish(ListChangedSchema, removedEvent({ ownerId, listId, accountId }));
}

/** What is announced of a new member. */
export const addedEvent = (
  { ownerId, listId, accountId }: Place,
  moment: string,
): MessageInitShape<typeof ListChangedSchema> => ({
  ...{ ownerId, listId },
  change: { case: "memberAdded", value: { accountId, addedAt: stampOf(moment) } },
});

/** What is announced of one who has left. */
export const removedEvent = ({ ownerId, listId, accountId }: Place): MessageInitShape<typeof ListChangedSchema> => ({
  ...{ ownerId, listId },
  change: { case: "memberRemoved", value: { accountId } },
});
