import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { AccountMutedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { type ScopeName, scopesOf, textOfScopes } from "../rules/mute-scopes.ts";

/** One of many mutes that are to be added. */
export interface MuteWish {
  readonly mutedId: string;
  readonly scopes: readonly ScopeName[];
  readonly expiresAt: Date | undefined;
  /** When it began, where that is known from elsewhere. */
  readonly mutedAt?: Date;
}

interface Row {
  muted_id: string;
  scopes: ScopeName[];
  muted_at: string;
  expires_at: string | null;
}

/** Adds many mutes of one muter; returns who is muted now and was not before. A mute that is there stays as it is, unless it has expired. */
export async function addMutes(tx: Tx, muterId: string, wishes: readonly MuteWish[], at: Date): Promise<Set<string>> {
  const sorted = wishes.toSorted((a, b) => (a.mutedId < b.mutedId ? -1 : 1));
  const rows = await tx.query<Row>(sql`
    insert into mute (muter_id, muted_id, shard, scopes, muted_at, expires_at)
    select ${muterId}::uuid, w.muted_id, ${partitionOf(muterId)}::smallint, w.scopes::text[], w.muted_at, w.expires_at
    from unnest(${sorted.map(({ mutedId }) => mutedId)}::uuid[], ${sorted.map(({ scopes }) => textOfScopes(scopes))}::text[],
      ${sorted.map(({ expiresAt }) => expiresAt ?? null)}::timestamptz[], ${sorted.map(({ mutedAt = at }) => mutedAt)}::timestamptz[])
      as w (muted_id, scopes, expires_at, muted_at)
    on conflict (muter_id, muted_id) do update
      set scopes = excluded.scopes, muted_at = excluded.muted_at, expires_at = excluded.expires_at
      where mute.expires_at <= ${at}::timestamptz
    returning muted_id, scopes, muted_at, expires_at`);
  for (const { muted_id: mutedId, scopes, muted_at, expires_at } of rows)
    tx.publish(AccountMutedSchema, {
      ...{ muterId, mutedId, scopes: scopesOf(scopes), mutedAt: timestampFromDate(new Date(muted_at)) },
      ...(expires_at && { expiresAt: timestampFromDate(new Date(expires_at)) }),
    });
  return new Set(rows.map(({ muted_id }) => muted_id));
}
