import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";

/** How an account's posts reach its followers from now on: 1 pushed, 2 pulled. */
export interface TierChange {
  readonly accountId: string;
  readonly shard: number;
  readonly tier: 1 | 2;
  readonly changedAt: Date;
}

/**
 * Brings tiers to what is given, each account at most once. An account that is pushed again keeps a row, for what it
 * posted meanwhile stays pulled; one that was never pulled needs none.
 */
export async function changeTiers(tx: Tx, tiers: readonly TierChange[]): Promise<void> {
  if (tiers.length === 0) return;
  await nextEpoch(tx);
  const pulled = tiers.filter(({ tier }) => tier === 2);
  if (pulled.length > 0)
    await tx.query(sql`insert into fanout_tier (account_id, shard, tier, changed_at)
      select account_id, shard, 2, changed_at from unnest(${pulled.map(({ accountId }) => accountId)}::uuid[],
        ${pulled.map(({ shard }) => shard)}::smallint[], ${pulled.map(({ changedAt }) => changedAt)}::timestamptz[])
        as t (account_id, shard, changed_at)
      on conflict (account_id) do update set tier = 2, changed_at = excluded.changed_at`);
  const pushed = tiers.filter(({ tier }) => tier === 1);
  if (pushed.length > 0)
    await tx.query(sql`update fanout_tier t set tier = 1, changed_at = p.changed_at
      from unnest(${pushed.map(({ accountId }) => accountId)}::uuid[], ${pushed.map(({ changedAt }) => changedAt)}::timestamptz[])
        as p (account_id, changed_at) where t.account_id = p.account_id`);
}

/** Forgets the tiers of a shard, before those are read that are pulled now. */
export async function clearTiers(tx: Tx, shard: number, now: Date): Promise<void> {
  await nextEpoch(tx);
  await tx.query(
    sql`update fanout_tier set tier = 1, changed_at = ${now} where shard = ${shard}::smallint and tier = 2`,
  );
}

/** Forgets an account's tier; says whether there was one. */
export async function dropTier(tx: Pick<Tx, "query">, accountId: string): Promise<number> {
  const rows = await tx.query(sql`delete from fanout_tier where account_id = ${accountId} returning 1`);
  if (rows.length > 0) await nextEpoch(tx);
  return rows.length;
}

// Who reads the old epoch has read the old tiers, and the other way round: nobody else changes them until we are done.
const nextEpoch = (tx: Pick<Tx, "query">): Promise<unknown> => tx.query(sql`update tier_epoch set epoch = epoch + 1`);
