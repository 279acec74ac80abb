import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { bucketOf } from "../hot/buckets.ts";
import type { ForBucket } from "../hot/deliver.ts";
import { bundle } from "../rules/bundles.ts";
import { bytesOf } from "../rules/entry-ids.ts";

/** An entry that is to reach the homes of its actor's followers. */
export interface Outgoing {
  readonly entryId: string;
  readonly actorId: string;
}

/** How entries travel, by their id; those that are in nobody's storage are missing. */
export async function tiersOf(
  { query }: Pick<Tx, "query">,
  entryIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await query<{ entry_id: string; tier: number }>(
    sql`select entry_id, tier from entry where entry_id = any(${entryIds}::uuid[])`,
  );
  return new Map(rows.map(({ entry_id, tier }) => [entry_id, tier]));
}

/**
 * Who gets which entries, packed bucket by bucket in one statement: of those that are pushed, all followers of actors who have
 * no more than `most`. The other pushed ones are named.
 */
export async function packDeliveries(
  { query }: Pick<Tx, "query">,
  outgoing: readonly Outgoing[],
  most: number,
): Promise<{ packed: ForBucket[]; large: Outgoing[] }> {
  if (outgoing.length === 0) return { packed: [], large: [] };
  const rows = await query<{ bucket: number | null; bundles: Buffer }>(sql`
    with reach as materialized (select e.entry_id, f.shard, f.homes, f.owners,
        sum(f.homes) over (partition by e.entry_id) > ${most}::int as large
      from unnest(${outgoing.map(({ entryId }) => entryId)}::uuid[], ${outgoing.map(({ actorId }) => actorId)}::uuid[])
          as e (entry_id, actor_id)
        cross join lateral (select 1 from entry where entry.entry_id = e.entry_id and entry.tier = 1 limit 1) as pushed
        cross join lateral (select shard, count(*) as homes, string_agg(uuid_send(follower_id), '') as owners
          from (select shard, follower_id from follow where followee_id = e.actor_id and not hide_from_home
            order by shard, follower_id limit ${most + 1}::int) as page group by shard) as f)
    select shard as bucket, string_agg(int2send(homes::int2) || uuid_send(entry_id) || owners, '' order by entry_id) as bundles
      from reach where not large group by shard
    union all select distinct null::smallint, uuid_send(entry_id) from reach where large`);
  const large = new Set(rows.flatMap(({ bucket, bundles }) => (bucket === null ? [bundles.toString("hex")] : [])));
  const packed = rows.flatMap(({ bucket, bundles }) => (bucket === null ? [] : [{ bucket, bundles }]));
  return { packed, large: outgoing.filter(({ entryId }) => large.has(entryId.replaceAll("-", ""))) };
}

/** What actors get of their own doings: all of it, however it travels. */
export const packOwn = (outgoing: readonly Outgoing[]): ForBucket[] =>
  outgoing
    .toSorted((a, b) => (a.entryId < b.entryId ? -1 : 1))
    .map(({ entryId, actorId }) => ({ bucket: bucketOf(actorId), bundles: bundle(entryId, bytesOf(actorId)) }));

/** Followers of one account behind a place in their order, packed as deliveries of one entry; `last` is the place of the last. */
export async function packPage(
  { query }: Pick<Tx, "query">,
  { entryId, actorId }: Outgoing,
  after: Follower | undefined,
  most: number,
): Promise<{ packed: ForBucket[]; followers: number; last: Follower | undefined }> {
  const rows = await query<{ bucket: number; homes: number; owners: Buffer; last: string }>(sql`
    select shard as bucket, count(*)::int as homes, string_agg(uuid_send(follower_id), '' order by follower_id) as owners,
      (array_agg(follower_id order by follower_id desc))[1] as last
    from (select shard, follower_id from follow where followee_id = ${actorId} and not hide_from_home
        and (shard, follower_id) > (${after?.bucket ?? -1}::smallint, ${after?.id ?? "00000000-0000-0000-0000-000000000000"}::uuid)
      order by shard, follower_id limit ${most}::int) as page
    group by shard order by shard`);
  const last = rows.at(-1);
  return {
    packed: rows.map(({ bucket, owners }) => ({ bucket, bundles: bundle(entryId, owners) })),
    followers: rows.reduce((sum, { homes }) => sum + homes, 0),
    last: last && { bucket: last.bucket, id: last.last },
  };
}

/** A follower's place: bucket after bucket. */
export interface Follower {
  readonly bucket: number;
  readonly id: string;
}

/** Those of the accounts named who follow the actor, packed as deliveries of one entry. */
export async function packAmong(
  { query }: Pick<Tx, "query">,
  { entryId, actorId }: Outgoing,
  followerIds: readonly string[],
): Promise<ForBucket[]> {
  const rows = await query<{ bucket: number; owners: Buffer }>(sql`
    select shard as bucket, string_agg(uuid_send(follower_id), '') as owners from follow
    where followee_id = ${actorId} and follower_id = any(${followerIds}::uuid[]) and not hide_from_home group by shard`);
  return rows.map(({ bucket, owners }) => ({ bucket, bundles: bundle(entryId, owners) }));
}
