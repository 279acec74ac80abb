import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type TimelineSettings, TimelineSettingsSchema } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { settled } from "../rules/settings.ts";

type Store = Pick<Tx, "query">;

/** The settings of an account; whoever never set anything has those of everybody. */
export async function readSettings({ query }: Store, accountId: string): Promise<TimelineSettings> {
  const [row] = await query<{ settings: Buffer }>(
    sql`select settings from timeline_settings where account_id = ${accountId}`,
  );
  return settled(row && fromBinary(TimelineSettingsSchema, row.settings));
}

/** The same, held until the unit of work ends: of changes at once each keeps what the others set. */
export async function holdSettings(tx: Store, accountId: string): Promise<TimelineSettings> {
  await tx.query(sql`select pg_advisory_xact_lock(hashtextextended(${`timeline settings ${accountId}`}::text, 0))`);
  return readSettings(tx, accountId);
}

/** Keeps all of an account's settings. */
export async function keepSettings({ query }: Store, accountId: string, settings: TimelineSettings): Promise<void> {
  const bytes = Buffer.from(toBinary(TimelineSettingsSchema, settings));
  await query(sql`insert into timeline_settings (account_id, settings) values (${accountId}, ${bytes})
    on conflict (account_id) do update set settings = excluded.settings`);
}
