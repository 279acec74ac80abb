import type { Relation_MuteScope as MuteScope } from "#gen/skein/common/v1/visibility_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";

/** What became of one mute. */
export interface MuteChange {
  readonly muterId: string;
  readonly mutedId: string;
  readonly shard: number;
  /** Absent where it has ended. */
  readonly scopes: readonly MuteScope[] | undefined;
  readonly expiresAt: Date | undefined;
}

/** Brings mutes to what is given, each at most once. One that has expired stays until its end is announced; reading looks at the clock. */
export async function changeMutes(tx: Tx, mutes: readonly MuteChange[]): Promise<void> {
  const there = mutes.filter(({ scopes }) => scopes);
  const ended = mutes.filter(({ scopes }) => !scopes);
  if (there.length > 0)
    await tx.query(sql`insert into mute (muter_id, muted_id, shard, scopes, expires_at)
      select m.muter_id, m.muted_id, m.shard, m.scopes::smallint[], m.expires_at
      from unnest(${there.map(({ muterId }) => muterId)}::uuid[], ${there.map(({ mutedId }) => mutedId)}::uuid[],
        ${there.map(({ shard }) => shard)}::smallint[], ${there.map(({ scopes }) => `{${scopes?.join(",")}}`)}::text[],
        ${there.map(({ expiresAt }) => expiresAt ?? null)}::timestamptz[]) as m (muter_id, muted_id, shard, scopes, expires_at)
      on conflict (muter_id, muted_id) do update set scopes = excluded.scopes, expires_at = excluded.expires_at`);
  if (ended.length > 0)
    await tx.query(sql`delete from mute m using unnest(${ended.map(({ muterId }) => muterId)}::uuid[],
        ${ended.map(({ mutedId }) => mutedId)}::uuid[]) as e (muter_id, muted_id)
      where m.muter_id = e.muter_id and m.muted_id = e.muted_id`);
}

/** Forgets all mutes of a shard, before they are read anew. */
export const clearMutes = (tx: Tx, shard: number): Promise<unknown> =>
  tx.query(sql`delete from mute where shard = ${shard}::smallint`);
