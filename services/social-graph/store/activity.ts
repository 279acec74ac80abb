import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Span } from "../rules/activity-tier.ts";
import type { Query } from "./query.ts";

/** Notes when accounts were there, each at most once an hour: tiers are days wide. */
export async function noteActive(tx: Tx, seen: ReadonlyMap<string, Date>): Promise<void> {
  if (seen.size === 0) return;
  await tx.query(sql`insert into activity (account_id, active_at)
    select * from unnest(${[...seen.keys()]}::uuid[], ${[...seen.values()]}::timestamptz[]) as s (account_id, active_at)
    order by account_id
    on conflict (account_id) do update set active_at = excluded.active_at
    where activity.active_at < excluded.active_at - interval '1 hour'`);
}

/** A follower, and the bucket in which its home lies. */
export interface FollowerRow {
  readonly bucket: number;
  readonly follower_id: string;
}

/** Which followers are read. */
export interface FollowerQuestion {
  readonly accountId: string;
  readonly span: Span;
  /** When the whole reading began. */
  readonly startedAt: Date;
  readonly after: FollowerRow;
  readonly limit: number;
}

/** Before every follower. */
export const FIRST: FollowerRow = { bucket: -1, follower_id: "00000000-0000-0000-0000-000000000000" };

/**
 * Followers who were last seen within a span, bucket after bucket. Who was seen after the reading began has perhaps left
 * the tier of a later span for one whose turn is over: such are in every span, rather twice than never.
 */
export const followersSeen = (
  query: Query,
  { accountId, span, startedAt, after, limit }: FollowerQuestion,
): Promise<FollowerRow[]> =>
  query<FollowerRow>(sql`select f.bucket, f.follower_id
    from follower f left join activity a on a.account_id = f.follower_id
    where f.followee_id = ${accountId}::uuid and f.state = 'ACTIVE'
      and (f.bucket, f.follower_id) > (${after.bucket}::smallint, ${after.follower_id}::uuid)
      and (a.active_at > ${startedAt}::timestamptz
        or (coalesce(a.active_at, '-infinity') >= coalesce(${span.since}::timestamptz, '-infinity')
          and coalesce(a.active_at, '-infinity') < coalesce(${span.before}::timestamptz, 'infinity')))
    order by f.bucket, f.follower_id limit ${limit}::int`);
