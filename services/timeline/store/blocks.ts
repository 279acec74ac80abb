import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";

/** What became of one block. */
export interface BlockChange {
  readonly blockerId: string;
  readonly blockedId: string;
  readonly shard: number;
  /** Absent where it has ended. */
  readonly blockedAt: Date | undefined;
}

/** Brings blocks to what is given, each at most once. */
export async function changeBlocks(tx: Tx, blocks: readonly BlockChange[]): Promise<void> {
  const there = blocks.filter(({ blockedAt }) => blockedAt);
  const ended = blocks.filter(({ blockedAt }) => !blockedAt);
  if (there.length > 0)
    await tx.query(sql`insert into block (blocker_id, blocked_id, shard, blocked_at)
      select * from unnest(${there.map(({ blockerId }) => blockerId)}::uuid[], ${there.map(({ blockedId }) => blockedId)}::uuid[],
        ${there.map(({ shard }) => shard)}::smallint[], ${there.map(({ blockedAt }) => blockedAt)}::timestamptz[])
      on conflict (blocker_id, blocked_id) do update set blocked_at = excluded.blocked_at`);
  if (ended.length > 0)
    await tx.query(sql`delete from block b using unnest(${ended.map(({ blockerId }) => blockerId)}::uuid[],
        ${ended.map(({ blockedId }) => blockedId)}::uuid[]) as e (blocker_id, blocked_id)
      where b.blocker_id = e.blocker_id and b.blocked_id = e.blocked_id`);
}

/** Forgets all blocks of a shard, before they are read anew. */
export const clearBlocks = (tx: Tx, shard: number): Promise<unknown> =>
  tx.query(sql`delete from block where shard = ${shard}::smallint`);
