import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { AccountMutedSchema, AccountUnmutedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { Context } from "#mesh/context.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Tx } from "#mesh/store/commit.ts";
import type { Db } from "#mesh/store/database.ts";
import { event } from "#mesh/store/log.ts";
import { sql } from "#mesh/store/sql.ts";
import { type ScopeName, scopesOf, textOfScopes } from "../rules/mute-scopes.ts";
import type { After } from "./moments.ts";
import type { Query } from "./query.ts";

/** A mute as it is to be. `mutedAt` is that of the mute that it replaces, so that it keeps its place in the list. */
export interface Muting {
  readonly muterId: string;
  readonly mutedId: string;
  readonly scopes: readonly ScopeName[];
  readonly mutedAt: Date;
  readonly expiresAt: Date | undefined;
  readonly most: number;
}

/** Adds or replaces a mute; false where it is just so already, and where the muter mutes enough. */
export async function putMute(
  db: Db,
  ctx: Context,
  { muterId, mutedId, scopes, mutedAt, expiresAt, most }: Muting,
): Promise<boolean> {
  const rows = await db.write(ctx, {
    effect: sql`effect as (insert into mute (muter_id, muted_id, shard, scopes, muted_at, expires_at)
      select ${muterId}::uuid, ${mutedId}::uuid, ${partitionOf(muterId)}::smallint, ${textOfScopes(scopes)}::text[],
        ${mutedAt}::timestamptz, ${expiresAt ?? null}::timestamptz
      where exists (select 1 from mute where muter_id = ${muterId}::uuid and muted_id = ${mutedId}::uuid)
        or not exists (select 1 from mute where muter_id = ${muterId}::uuid offset ${most - 1}::int limit 1)
      on conflict (muter_id, muted_id) do update
        set scopes = excluded.scopes, muted_at = excluded.muted_at, expires_at = excluded.expires_at
        where (mute.scopes, mute.muted_at, mute.expires_at)
          is distinct from (excluded.scopes, excluded.muted_at, excluded.expires_at)
      returning 1)`,
    publish: [
      event(AccountMutedSchema, {
        ...{ muterId, mutedId, scopes: scopesOf(scopes), mutedAt: timestampFromDate(mutedAt) },
        ...(expiresAt && { expiresAt: timestampFromDate(expiresAt) }),
      }),
    ],
  });
  return rows.length > 0;
}

/** Ends a mute; where there is none nothing happens. */
export const removeMute = (db: Db, ctx: Context, muterId: string, mutedId: string) =>
  db.write(ctx, {
    effect: sql`effect as (delete from mute where muter_id = ${muterId} and muted_id = ${mutedId} returning 1)`,
    publish: [event(AccountUnmutedSchema, { muterId, mutedId })],
  });

/** One mute in a list of them. */
export interface MuteRow {
  readonly id: string;
  readonly moment: string;
  readonly scopes: readonly ScopeName[];
  readonly expires_at: string | null;
}

/** The account's mutes behind a place that have not expired, newest first. */
export const mutesAfter = (
  query: Query,
  { muterId, after: [moment, id], now }: { muterId: string; after: After; now: Date },
  limit: number,
): Promise<MuteRow[]> =>
  query<MuteRow>(sql`select muted_id as id, muted_at as moment, scopes, expires_at from mute
    where muter_id = ${muterId} and (muted_at, muted_id) < (${moment}::timestamptz, ${id}::uuid)
      and (expires_at is null or expires_at > ${now})
    order by muted_at desc, muted_id desc limit ${limit}::int`);

/** Removes mutes that have expired, longest ago first, and announces it; returns how many. */
export async function takeExpiredMutes(tx: Tx, now: Date, most: number): Promise<number> {
  const rows = await tx.query<{ muter_id: string; muted_id: string }>(sql`delete from mute where (muter_id, muted_id) in
    (select muter_id, muted_id from mute where expires_at <= ${now} order by expires_at limit ${most}::int for update skip locked)
    and expires_at <= ${now} returning muter_id, muted_id`);
  for (const { muter_id: muterId, muted_id: mutedId } of rows)
    tx.publish(AccountUnmutedSchema, { muterId, mutedId, expired: true });
  return rows.length;
}
