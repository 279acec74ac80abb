import { AccountUnblockedSchema, AccountUnmutedSchema, UnfollowReason } from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";
import { countDelta } from "./counts.ts";
import { eraseListsOf } from "./erase-lists.ts";
import type { Query } from "./query.ts";
import { announceEnded, type EndedRow } from "./sever.ts";

/** Notes that an account is to be erased. */
export async function beginErasure(tx: Tx, accountId: string, at: Date): Promise<void> {
  await tx.query(sql`insert into erasure (account_id, began_at) values (${accountId}, ${at}) on conflict do nothing`);
}

/** Accounts that are being erased, longest under way first. */
export const erasuresUnderWay = async (query: Query, most: number): Promise<{ accountId: string; beganAt: Date }[]> =>
  (
    await query<{ account_id: string; began_at: string }>(
      sql`select account_id, began_at from erasure order by began_at, account_id limit ${most}::int`,
    )
  ).map(({ account_id, began_at }) => ({ accountId: account_id, beganAt: new Date(began_at) }));

/** Says that nothing of an account is left. */
export const endErasure = (tx: Tx, accountId: string): Promise<unknown> =>
  tx.query(sql`delete from erasure where account_id = ${accountId}`);

/**
 * Erases up to `most` rows of each kind that name an account, and announces what copies elsewhere are made of. Returns
 * how many rows went: none means that the account is nowhere any more.
 */
export async function eraseSome(tx: Tx, accountId: string, most: number): Promise<number> {
  let gone = 0;
  for (const erase of [eraseFollows, eraseBlocks, eraseMutes, eraseListsOf, eraseRest])
    gone += await erase(tx, accountId, most);
  return gone;
}

async function eraseFollows(tx: Tx, accountId: string, most: number): Promise<number> {
  // Whom the account follows is in the truth; who follows it is found through the mirror, which goes with it.
  const rows = await tx.query<{ mirrored: number } & (EndedRow | { state: null })>(sql`with known as (
      select bucket, follower_id from follower where followee_id = ${accountId}::uuid limit ${most}::int),
    mirrored as (delete from follower f using known
      where f.followee_id = ${accountId}::uuid and f.bucket = known.bucket and f.follower_id = known.follower_id),
    gone as (delete from follow f using (
        select ${accountId}::uuid as follower_id, followee_id from (
          select followee_id from follow where follower_id = ${accountId}::uuid limit ${most}::int) as own
        union select follower_id, ${accountId}::uuid from known) as one
      where f.follower_id = one.follower_id and f.followee_id = one.followee_id
      returning f.follower_id, f.followee_id, f.state),
    ${countDelta(sql`select follower_id, followee_id, -1 from gone where state = 'ACTIVE'`)}
    select gone.*, every.mirrored from (select count(*)::int as mirrored from known) as every left join gone on true`);
  const ended = rows.filter((row) => row.state !== null);
  announceEnded(tx, ended, UnfollowReason.ERASED);
  return Math.max(ended.length, rows[0]?.mirrored ?? 0);
}

async function eraseBlocks(tx: Tx, accountId: string, most: number): Promise<number> {
  const rows = await tx.query<{ blocker_id: string; blocked_id: string }>(sql`delete from block
    where (blocker_id, blocked_id) in (select blocker_id, blocked_id from block
      where blocker_id = ${accountId} or blocked_id = ${accountId} limit ${most}::int)
    returning blocker_id, blocked_id`);
  for (const { blocker_id: blockerId, blocked_id: blockedId } of rows)
    tx.publish(AccountUnblockedSchema, { blockerId, blockedId });
  return rows.length;
}

async function eraseMutes(tx: Tx, accountId: string, most: number): Promise<number> {
  const rows = await tx.query<{ muter_id: string; muted_id: string }>(sql`delete from mute
    where (muter_id, muted_id) in (select muter_id, muted_id from mute
      where muter_id = ${accountId} or muted_id = ${accountId} limit ${most}::int)
    returning muter_id, muted_id`);
  for (const { muter_id: muterId, muted_id: mutedId } of rows) tx.publish(AccountUnmutedSchema, { muterId, mutedId });
  return rows.length;
}

/** What nobody keeps a copy of. */
async function eraseRest(tx: Tx, accountId: string, most: number): Promise<number> {
  const statements: readonly Sql[] = [
    sql`delete from affinity where (viewer_id, author_id) in (select viewer_id, author_id from affinity
      where viewer_id = ${accountId} or author_id = ${accountId} limit ${most}::int) returning 1`,
    sql`delete from dismissed_suggestion where (account_id, dismissed_id) in (select account_id, dismissed_id
      from dismissed_suggestion where account_id = ${accountId} or dismissed_id = ${accountId} limit ${most}::int) returning 1`,
    sql`delete from count_delta where account_id = ${accountId} returning 1`,
    sql`delete from account_count where account_id = ${accountId} returning 1`,
    sql`delete from activity where account_id = ${accountId} returning 1`,
    sql`delete from privacy where account_id = ${accountId} returning 1`,
    sql`delete from account where id = ${accountId} returning 1`,
  ];
  let gone = 0;
  for (const statement of statements) gone += (await tx.query(statement)).length;
  return gone;
}
