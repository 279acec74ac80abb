import { PrivacySettingsChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { Context } from "#mesh/context.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Db } from "#mesh/store/database.ts";
import { event } from "#mesh/store/log.ts";
import { sql } from "#mesh/store/sql.ts";
import { type CircleName, OPEN_TO_ALL, type Privacy, settingsOf } from "../rules/privacy.ts";
import type { Query } from "./query.ts";

/** Settings and how often they were changed. */
export interface Kept {
  readonly privacy: Privacy;
  readonly version: bigint;
}

interface Row {
  locked: boolean;
  who_may_mention: CircleName;
  who_may_reply: CircleName;
  discoverable: boolean;
  version: string;
}

/** The settings of an account; version 0 is that of the defaults. */
export async function readPrivacy(query: Query, accountId: string): Promise<Kept> {
  const [row] = await query<Row>(sql`select locked, who_may_mention, who_may_reply, discoverable, version
    from privacy where account_id = ${accountId}`);
  if (!row) return { privacy: OPEN_TO_ALL, version: 0n };
  const { locked, discoverable, who_may_mention: whoMayMention, who_may_reply: whoMayReply } = row;
  return { privacy: { locked, whoMayMention, whoMayReply, discoverable }, version: BigInt(row.version) };
}

/** Sets all settings at once; false where they have changed since the version that was read. */
export async function writePrivacy(
  db: Db,
  ctx: Context,
  accountId: string,
  { privacy, version }: Kept,
): Promise<boolean> {
  const { locked, whoMayMention, whoMayReply, discoverable } = privacy;
  const next = version + 1n;
  const rows = await db.write(ctx, {
    effect: sql`effect as (insert into privacy (account_id, shard, locked, who_may_mention, who_may_reply, discoverable, version, changed_at)
      select ${accountId}::uuid, ${partitionOf(accountId)}::smallint, ${locked}::boolean, ${whoMayMention}::text,
        ${whoMayReply}::text, ${discoverable}::boolean, ${next}::bigint, ${ctx.now}::timestamptz
      on conflict (account_id) do update set locked = excluded.locked, who_may_mention = excluded.who_may_mention,
        who_may_reply = excluded.who_may_reply, discoverable = excluded.discoverable, version = excluded.version,
        changed_at = excluded.changed_at
        where privacy.version = excluded.version - 1
      returning 1)`,
    publish: [event(PrivacySettingsChangedSchema, { accountId, settings: settingsOf(privacy, next) })],
  });
  return rows.length > 0;
}
