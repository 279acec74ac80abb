import type { PrivacySettings } from "#gen/skein/graph/v1/privacy_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";

/** Notes which accounts are locked, in the version of their settings. */
export async function keepLocks(
  { query }: Pick<Tx, "query">,
  rows: readonly { readonly accountId: string; readonly settings?: PrivacySettings | undefined }[],
): Promise<void> {
  if (rows.length === 0) return;
  await query(sql`insert into account_lock (account_id, locked, version)
    select * from unnest(${rows.map(({ accountId }) => accountId)}::uuid[],
      ${rows.map(({ settings }) => settings?.locked ?? false)}::boolean[], ${rows.map(({ settings }) => String(settings?.version ?? 0n))}::bigint[])
    on conflict (account_id) do update set locked = excluded.locked, version = excluded.version
    where account_lock.version < excluded.version`);
}
