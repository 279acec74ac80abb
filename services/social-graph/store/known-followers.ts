import { type Sql, sql } from "#mesh/store/sql.ts";
import type { EdgeRow } from "./followers.ts";
import type { After } from "./moments.ts";
import type { Query } from "./query.ts";

/**
 * A CTE of those whom a viewer follows and who are there for it, with how close they are. All else about known accounts
 * is asked from here: a list of one's own is short, the followers of another may be millions.
 */
export const mine = (viewerId: string): Sql => sql`mine as materialized (
  select f.followee_id as id, f.followed_at, coalesce(near.score, 0) as closeness
  from follow f join account a on a.id = f.followee_id and a.state = 'ACTIVE'
    left join affinity near on near.viewer_id = f.follower_id and near.author_id = f.followee_id
  where f.follower_id = ${viewerId}::uuid and f.state = 'ACTIVE'
    and not exists (select from block where blocker_id = ${viewerId}::uuid and blocked_id = f.followee_id)
    and not exists (select from block where blocker_id = f.followee_id and blocked_id = ${viewerId}::uuid))`;

/** Of whom the viewer follows, those who follow an account: one look for each of them, whatever the planner believes. */
const following = (accountId: Sql): Sql => sql`lateral (select f.followed_at from follow f
  where f.follower_id = mine.id and f.followee_id = ${accountId} and f.state = 'ACTIVE' offset 0)`;

/** Whom the viewer follows among the followers of an account, behind a place, newest first. */
export const knownFollowersAfter = (
  query: Query,
  { viewerId, accountId }: { viewerId: string; accountId: string },
  [moment, id]: After,
  limit: number,
): Promise<EdgeRow[]> =>
  query<EdgeRow>(sql`with ${mine(viewerId)}
    select mine.id, edge.followed_at as moment from mine cross join ${following(sql`${accountId}::uuid`)} as edge
    where (edge.followed_at, mine.id) < (${moment}::timestamptz, ${id}::uuid)
    order by edge.followed_at desc, mine.id desc limit ${limit}::int`);

/** Among so many of the closest a page of accounts looks for known followers. */
const CIRCLE = 1_000;

/** How many of those who are closest to a viewer follow an account, and the three closest. */
export interface Known {
  readonly id: string;
  readonly count: number;
  readonly closest: readonly string[];
}

/** The same for a page of accounts; those that none of them follows are not there. */
export async function knownFollowersOf(
  query: Query,
  viewerId: string,
  ids: readonly string[],
): Promise<Map<string, Known>> {
  const rows = await query<Known>(sql`with ${mine(viewerId)},
    circle as (select * from mine order by closeness desc, followed_at desc, id limit ${CIRCLE}::int)
    select asked.id, count(*)::int as count,
      (array_agg(mine.id::text order by mine.closeness desc, mine.followed_at desc, mine.id))[1:3] as closest
    from unnest(${[...ids]}::uuid[]) as asked (id) cross join circle as mine cross join ${following(sql`asked.id`)} as edge
    group by asked.id`);
  return new Map(rows.map((row) => [row.id, row]));
}
