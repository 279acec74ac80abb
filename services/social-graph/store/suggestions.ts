import { type Sql, sql } from "#mesh/store/sql.ts";
import { mine } from "./known-followers.ts";
import type { Query } from "./query.ts";

/** Why somebody is suggested, best first: the numbers of Suggestion.Reason. */
export type Why = 1 | 2 | 3;

/** A suggestion and its place: reasons first, then the heavier. */
export interface Candidate {
  readonly id: string;
  readonly why: Why;
  /** Known followers in the sample, when it began to follow, or followers. */
  readonly weight: string;
}

/** Before every suggestion. */
export const START: Candidate = { id: "00000000-0000-0000-0000-000000000000", why: 1, weight: "9223372036854775807" };

/** For whom suggestions are sought. */
export interface Seeker {
  readonly viewerId: string;
  readonly now: Date;
  /** Dismissals before this moment have had their time. */
  readonly dismissedSince: Date;
}

/** So many of the closest are asked, each for so many whom they followed last: whoever follows thousands costs no more. */
const FRIENDS = 200;
const OF_EACH = 100;
/** So many of each kind are looked at, and so many kept: whoever follows all of the most followed is offered none of them. */
const LOOKED_AT = 2_000;
const KEPT = 500;

/** Who may be suggested: the alias `c` stands for the account. */
const eligible = ({ viewerId, now, dismissedSince }: Seeker): Sql => sql`c.id <> ${viewerId}::uuid
  and exists (select from account where id = c.id and state = 'ACTIVE')
  and not exists (select from follow where follower_id = ${viewerId}::uuid and followee_id = c.id)
  and not exists (select from block where blocker_id = ${viewerId}::uuid and blocked_id = c.id)
  and not exists (select from block where blocker_id = c.id and blocked_id = ${viewerId}::uuid)
  and not exists (select from mute where muter_id = ${viewerId}::uuid and muted_id = c.id and (expires_at is null or expires_at > ${now}::timestamptz))
  and not exists (select from privacy where account_id = c.id and not discoverable)
  and not exists (select from dismissed_suggestion where account_id = ${viewerId}::uuid and dismissed_id = c.id and dismissed_at > ${dismissedSince}::timestamptz)`;

/** Suggestions behind a place, best first, each account once and for its best reason. */
export const candidatesAfter = (query: Query, seeker: Seeker, after: Candidate, limit: number): Promise<Candidate[]> =>
  query<Candidate>(sql`with ${mine(seeker.viewerId)},
    closest as (select id from mine order by closeness desc, followed_at desc, id limit ${FRIENDS}::int),
    followed as (select edge.followee_id as id, count(*) as weight from closest cross join lateral
        (select followee_id from follow where follower_id = closest.id and state = 'ACTIVE'
          order by followed_at desc, followee_id desc limit ${OF_EACH}::int) as edge
      group by edge.followee_id order by weight desc, id limit ${LOOKED_AT}::int),
    fan as (select follower_id as id, (extract(epoch from followed_at) * 1000)::bigint as weight from follower
      where followee_id = ${seeker.viewerId}::uuid and state = 'ACTIVE'
      order by followed_at desc, follower_id desc limit ${LOOKED_AT}::int),
    star as (select account_id as id, followers as weight from account_count where followers > 0
      order by followers desc, account_id desc limit ${LOOKED_AT}::int),
    candidate as (
      (select c.id, 1 as why, c.weight from followed c where ${eligible(seeker)} order by c.weight desc, c.id limit ${KEPT}::int)
      union all
      (select c.id, 2, c.weight from fan c where ${eligible(seeker)} order by c.weight desc, c.id limit ${KEPT}::int)
      union all
      (select c.id, 3, c.weight from star c where ${eligible(seeker)} order by c.weight desc, c.id limit ${KEPT}::int)),
    best as (select distinct on (id) id, why, weight from candidate order by id, why)
    select id, why, weight::text from best
    where (why, -weight, id) > (${after.why}::int, -${after.weight}::bigint, ${after.id}::uuid)
    order by why, best.weight desc, id limit ${limit}::int`);

/** Leaves an account out of a viewer's suggestions from now on. */
export const dismiss = (query: Query, viewerId: string, dismissedId: string, now: Date): Promise<unknown> =>
  query(sql`insert into dismissed_suggestion (account_id, dismissed_id, dismissed_at) values (${viewerId}, ${dismissedId}, ${now})
    on conflict (account_id, dismissed_id) do update set dismissed_at = excluded.dismissed_at`);
