import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";

type Query = Pick<Tx, "query">;

/** A content filter as it is now; without bytes it is gone. */
export interface FilterChange {
  readonly accountId: string;
  readonly filterId: string;
  readonly shard: number;
  readonly version: bigint;
  readonly bytes: Buffer | undefined;
}

/** Keeps filters, each at most once. */
export async function storeFilters({ query }: Query, changes: readonly FilterChange[]): Promise<void> {
  const gone = changes.filter(({ bytes }) => !bytes);
  if (gone.length > 0)
    await query(sql`delete from content_filter f using unnest(${gone.map(({ accountId }) => accountId)}::uuid[],
      ${gone.map(({ filterId }) => filterId)}::uuid[]) as n (account_id, filter_id)
      where f.account_id = n.account_id and f.filter_id = n.filter_id`);
  const kept = changes.filter(({ bytes }) => bytes);
  if (kept.length > 0)
    await query(sql`insert into content_filter as f (account_id, filter_id, shard, version, filter)
      select * from unnest(${kept.map(({ accountId }) => accountId)}::uuid[], ${kept.map(({ filterId }) => filterId)}::uuid[],
        ${kept.map(({ shard }) => shard)}::smallint[], ${kept.map(({ version }) => version)}::bigint[],
        ${kept.map(({ bytes }) => bytes ?? null)}::bytea[])
      on conflict (account_id, filter_id) do update set version = excluded.version, filter = excluded.filter
        where f.version <= excluded.version`);
}

/** A tag that an account follows, or no longer does. */
export interface TagChange {
  readonly accountId: string;
  readonly tag: string;
  readonly shard: number;
  readonly follows: boolean;
}

/** Keeps who follows which tags, each pair at most once. */
export async function storeTagFollows({ query }: Query, changes: readonly TagChange[]): Promise<void> {
  const of = (follows: boolean) => changes.filter((one) => one.follows === follows);
  const [made, gone] = [of(true), of(false)];
  if (gone.length > 0)
    await query(sql`delete from tag_follow f using unnest(${gone.map(({ accountId }) => accountId)}::uuid[],
      ${gone.map(({ tag }) => tag)}::text[]) as n (account_id, tag) where f.account_id = n.account_id and f.tag = n.tag`);
  if (made.length > 0)
    await query(sql`insert into tag_follow (account_id, tag, shard)
      select * from unnest(${made.map(({ accountId }) => accountId)}::uuid[], ${made.map(({ tag }) => tag)}::text[],
        ${made.map(({ shard }) => shard)}::smallint[]) on conflict do nothing`);
}

export async function clearFilters({ query }: Query, shard: number): Promise<void> {
  await query(sql`delete from content_filter where shard = ${shard}::smallint`);
}

export async function clearTagFollows({ query }: Query, shard: number): Promise<void> {
  await query(sql`delete from tag_follow where shard = ${shard}::smallint`);
}
