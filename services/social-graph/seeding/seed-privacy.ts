import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { AccountBlockedSchema, PrivacySettingsChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import { OPEN_TO_ALL, settingsOf } from "../rules/privacy.ts";

/** Locks accounts that never set anything, and announces it; returns how many. */
export function seedLocks(db: Db, accountIds: readonly string[], at: Date): Promise<number> {
  return db.transact(async (tx) => {
    const rows = await tx.query<{ account_id: string }>(sql`
      insert into privacy (account_id, shard, locked, changed_at)
      select id, shard, true, ${at}::timestamptz from unnest(${[...accountIds]}::uuid[], ${accountIds.map(partitionOf)}::smallint[]) as a (id, shard)
      on conflict do nothing returning account_id`);
    const settings = settingsOf({ ...OPEN_TO_ALL, locked: true }, 1n);
    for (const { account_id: accountId } of rows) tx.publish(PrivacySettingsChangedSchema, { accountId, settings });
    return rows.length;
  });
}

/** Who has blocked whom. */
export interface SeedBlock {
  readonly blockerId: string;
  readonly blockedId: string;
}

/** Adds blocks between accounts that do not follow each other, and announces them; returns how many are new. */
export function seedBlocks(db: Db, blocks: readonly SeedBlock[], at: Date): Promise<number> {
  return db.transact(async (tx) => {
    const rows = await tx.query<{ blocker_id: string; blocked_id: string }>(sql`
      insert into block (blocker_id, blocked_id, shard, blocked_at)
      select blocker, blocked, shard, ${at}::timestamptz from unnest(${blocks.map(({ blockerId }) => blockerId)}::uuid[],
        ${blocks.map(({ blockedId }) => blockedId)}::uuid[], ${blocks.map(({ blockerId }) => partitionOf(blockerId))}::smallint[])
        as b (blocker, blocked, shard)
      on conflict do nothing returning blocker_id, blocked_id`);
    for (const { blocker_id: blockerId, blocked_id: blockedId } of rows)
      tx.publish(AccountBlockedSchema, { blockerId, blockedId, blockedAt: timestampFromDate(at) });
    return rows.length;
  });
}
