import type { Tx } from "#mesh/store/commit.ts";
import type { Db } from "#mesh/store/database.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";
import { eraseActs, erasePosts } from "./erase-posts.ts";
import { dropTier } from "./tiers.ts";

type Erasing = Pick<Tx, "query">;

/** Notes that an account is to be erased. */
export async function beginErasure(tx: Erasing, accountId: string, at: Date): Promise<void> {
  await tx.query(sql`insert into erasure (account_id, began_at) values (${accountId}, ${at}) on conflict do nothing`);
}

/** Accounts that are being erased, longest under way first. */
export async function erasuresUnderWay(
  { query }: Pick<Db, "query">,
  most: number,
): Promise<{ accountId: string; beganAt: Date }[]> {
  const rows = await query<{ account_id: string; began_at: string }>(
    sql`select account_id, began_at from erasure order by began_at, account_id limit ${most}::int`,
  );
  return rows.map(({ account_id, began_at }) => ({ accountId: account_id, beganAt: new Date(began_at) }));
}

/** Says that nothing of an account is left. */
export const endErasure = (tx: Erasing, accountId: string): Promise<unknown> =>
  tx.query(sql`delete from erasure where account_id = ${accountId}`);

/** Erases up to `most` rows of each kind that name an account, and says how many: none means that it is nowhere any more. */
export async function eraseSome(tx: Tx, accountId: string, most: number, now: Date): Promise<number> {
  let gone = 0;
  for (const erase of [erasePosts, eraseActs, eraseRest]) gone += await erase(tx, accountId, most, now);
  return gone;
}

/** What others quoted and answered says so still: it is part of their posts. */
async function eraseRest(tx: Tx, accountId: string, most: number): Promise<number> {
  let gone = await dropTier(tx, accountId);
  for (const statement of statements(accountId, most)) gone += (await tx.query(statement)).length;
  return gone;
}

const statements = (id: string, most: number): readonly Sql[] => [
  sql`with gone as (delete from follow where ctid = any(array(select ctid from follow
      where follower_id = ${id} or followee_id = ${id} limit ${most}::int)) returning follower_id),
    fewer as (update following set version = version + 1 where account_id in (select follower_id from gone))
    select 1 from gone`,
  sql`delete from following where account_id = ${id} and not exists (select 1 from follow where follower_id = ${id}) returning 1`,
  sql`delete from block where ctid = any(array(select ctid from block
    where blocker_id = ${id} or blocked_id = ${id} limit ${most}::int)) returning 1`,
  sql`delete from mute where ctid = any(array(select ctid from mute
    where muter_id = ${id} or muted_id = ${id} limit ${most}::int)) returning 1`,
  sql`delete from list_member where ctid = any(array(select ctid from list_member
    where owner_id = ${id} or account_id = ${id} limit ${most}::int)) returning 1`,
  sql`delete from list where owner_id = ${id} returning 1`,
  sql`delete from locked where account_id = ${id} returning 1`,
  sql`delete from content_filter where account_id = ${id} returning 1`,
  sql`delete from tag_follow where account_id = ${id} returning 1`,
  sql`delete from timeline_settings where account_id = ${id} returning 1`,
  sql`delete from read_marker where account_id = ${id} returning 1`,
  sql`delete from feedback where ctid = any(array(select ctid from feedback
    where account_id = ${id} or author_id = ${id} limit ${most}::int)) returning 1`,
  sql`delete from fanout_job where actor_id = ${id} returning 1`,
  sql`delete from tag_step where author_id = ${id} returning 1`,
  sql`delete from explore_place where author_id = ${id} returning 1`,
  sql`update ranking_config set changed_by = null where changed_by = ${id} returning 1`,
  sql`delete from account where account_id = ${id} returning 1`,
];
