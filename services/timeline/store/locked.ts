import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";

/** Whether an account is locked now. */
export interface Lock {
  readonly accountId: string;
  readonly shard: number;
  readonly locked: boolean;
}

/** Brings locks to what is given, each account at most once. Nothing that hangs on it is rewritten: reading decides. */
export async function changeLocks(tx: Tx, locks: readonly Lock[]): Promise<void> {
  const shut = locks.filter(({ locked }) => locked);
  const open = locks.filter(({ locked }) => !locked).map(({ accountId }) => accountId);
  if (shut.length > 0)
    await tx.query(sql`insert into locked (account_id, shard)
      select * from unnest(${shut.map(({ accountId }) => accountId)}::uuid[], ${shut.map(({ shard }) => shard)}::smallint[])
      on conflict do nothing`);
  if (open.length > 0) await tx.query(sql`delete from locked where account_id = any(${open}::uuid[])`);
}

/** Forgets all locks of a shard, before they are read anew. */
export const clearLocks = (tx: Tx, shard: number): Promise<unknown> =>
  tx.query(sql`delete from locked where shard = ${shard}::smallint`);
