import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";

/** A list as it is now, members apart. */
export interface ListRow {
  readonly ownerId: string;
  readonly listId: string;
  readonly title: string;
  readonly exclusive: boolean;
  readonly hideReposts: boolean;
}

/** An account on a list. */
export interface MemberRow {
  readonly ownerId: string;
  readonly listId: string;
  readonly accountId: string;
}

/** Keeps lists as they are now, each at most once. */
export const saveLists = (tx: Tx, shard: number, lists: readonly ListRow[]): Promise<unknown> =>
  tx.query(sql`insert into list (owner_id, list_id, shard, title, exclusive, hide_reposts)
    select owner_id, list_id, ${shard}::smallint, title, exclusive, hide_reposts
    from unnest(${lists.map(({ ownerId }) => ownerId)}::uuid[], ${lists.map(({ listId }) => listId)}::uuid[],
      ${lists.map(({ title }) => title)}::text[], ${lists.map(({ exclusive }) => exclusive)}::boolean[],
      ${lists.map(({ hideReposts }) => hideReposts)}::boolean[]) as l (owner_id, list_id, title, exclusive, hide_reposts)
    on conflict (owner_id, list_id) do update set title = excluded.title, exclusive = excluded.exclusive,
      hide_reposts = excluded.hide_reposts`);

/** Puts accounts on lists; who is on one already stays. */
export const addMembers = (tx: Tx, shard: number, members: readonly MemberRow[]): Promise<unknown> =>
  tx.query(sql`insert into list_member (owner_id, list_id, account_id, shard)
    select owner_id, list_id, account_id, ${shard}::smallint
    from unnest(${members.map(({ ownerId }) => ownerId)}::uuid[], ${members.map(({ listId }) => listId)}::uuid[],
      ${members.map(({ accountId }) => accountId)}::uuid[]) as m (owner_id, list_id, account_id)
    on conflict do nothing`);

/** Takes an account off a list. */
export const removeMember = (tx: Tx, { ownerId, listId, accountId }: MemberRow): Promise<unknown> =>
  tx.query(sql`delete from list_member
    where owner_id = ${ownerId} and list_id = ${listId} and account_id = ${accountId}`);

/** Forgets a list and who was on it. */
export const dropList = (tx: Tx, ownerId: string, listId: string): Promise<unknown> =>
  tx.query(sql`with members as (delete from list_member where owner_id = ${ownerId} and list_id = ${listId})
    delete from list where owner_id = ${ownerId} and list_id = ${listId}`);

/** Forgets the lists of a shard, before they are read anew. */
export const clearLists = (tx: Tx, shard: number): Promise<unknown> =>
  tx.query(sql`delete from list where shard = ${shard}::smallint`);

/** Forgets who is on the lists of a shard, before they are read anew. */
export const clearMembers = (tx: Tx, shard: number): Promise<unknown> =>
  tx.query(sql`delete from list_member where shard = ${shard}::smallint`);
