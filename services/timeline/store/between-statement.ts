import { type Sql, sql } from "#mesh/store/sql.ts";

/** Of each kind of deed so many are remembered of a reader. */
export const MOST_OWN = 500;
/** The bit of a post that the viewer does not want to see again, behind those of the kinds of reactions. */
export const HIDDEN = 8;

/** Readers with no more ties than that to others are known whole. */
const MOST_TIES = 1_000;
const EACH = sql`limit ${MOST_TIES + 1}::int`;

/** What is asked; lists as PostgreSQL writes arrays. */
export interface Asked {
  readonly viewerId: string | undefined;
  readonly ids: string;
  /** Of the profiles that this process has, by place. */
  readonly versions: string;
  readonly postIds: string;
  readonly now: Date;
  /** Whether to tell what the viewer did lately, with whatever post, and its ties to whomever, if it has not many. */
  readonly own: boolean | undefined;
}

/** Everything between a viewer and accounts and posts. The first line names the parameters, the others mean them by number: each is sent, and read, once. */
export const betweenStatement = ({ viewerId, ids, versions, postIds, now, own = false }: Asked): Sql => sql`
  with asked (me, ids, known, posts, now, own) as (values (${viewerId ?? null}::uuid, ${ids}::uuid[],
    ${versions}::bigint[], ${postIds}::uuid[], ${now}::timestamptz, ${own}::boolean))
  select (select string_agg(int4send((array_position($2, e.id) - 1) << 16 | e.flags), '')
    from (select followee_id as id, 128 | (hide_from_home::int << 10) | (hide_reposts::int << 11) as flags from follow
        where follower_id = $1 and followee_id = any($2)
      union all select follower_id, 256 from follow where followee_id = $1 and follower_id = any($2)
      union all select blocked_id, 4 from block where blocker_id = $1 and blocked_id = any($2)
      union all select blocker_id, 8 from block where blocked_id = $1 and blocker_id = any($2)
      union all select muted_id, ((1 = any(scopes))::int << 4) | ((2 = any(scopes))::int << 5) | ((3 = any(scopes))::int << 6)
        from mute where muter_id = $1 and muted_id = any($2) and (expires_at is null or expires_at > $5)
      union all select account_id, 512 from locked where account_id = any($2)
      union all select m.account_id, 4096 from list_member m
        join list l on l.owner_id = m.owner_id and l.list_id = m.list_id and l.exclusive
        where m.owner_id = $1 and m.account_id = any($2)) as e) as edges,
    (select string_agg(int4send((array_position($4, d.id) - 1) << 16 | d.bit), '')
    from (select post_id as id, 1 << (kind - 1) as bit from reaction where account_id = $1 and post_id = any($4)
      union all select post_id, 8 from feedback where account_id = $1 and post_id = any($4) and kind = 3) as d) as acts,
    (select min(expires_at) from mute where muter_id = $1 and expires_at > $5 and (muted_id = any($2) or $6)) as until,
    case when $6 then (select case when count(*) <= ${MOST_TIES}::int then coalesce(string_agg(uuid_send(t.id) || int2send(t.flags::int2), ''), '') end
      from ((select followee_id as id, 128 | (hide_from_home::int << 10) | (hide_reposts::int << 11) as flags from follow where follower_id = $1 ${EACH})
        union all (select follower_id, 256 from follow where followee_id = $1 ${EACH})
        union all (select blocked_id, 4 from block where blocker_id = $1 ${EACH})
        union all (select blocker_id, 8 from block where blocked_id = $1 ${EACH})
        union all (select muted_id, ((1 = any(scopes))::int << 4) | ((2 = any(scopes))::int << 5) | ((3 = any(scopes))::int << 6)
          from mute where muter_id = $1 and (expires_at is null or expires_at > $5) ${EACH})
        union all (select m.account_id, 4096 from list_member m
          join list l on l.owner_id = m.owner_id and l.list_id = m.list_id and l.exclusive where m.owner_id = $1 ${EACH})) as t) end as ties,
    case when $6 then (select string_agg(uuid_send(o.id) || int2send(o.bit::int2), '')
      from ((select post_id as id, 1 << (kind - 1) as bit from reaction where account_id = $1
          order by post_id desc, kind desc limit ${MOST_OWN}::int)
        union all (select post_id, 8 from feedback where account_id = $1 and kind = 3 order by post_id desc limit ${MOST_OWN}::int)) as o) end as own,
    a.accounts, a.profiles
  from (select string_agg(int4send((place - 1) << 16 | standing), '') as accounts,
      string_agg(int4send(place - 1) || int8send(version) || int4send(length(profile)) || profile, '')
        filter (where version <> ($3::bigint[])[place]) as profiles
    from (select array_position($2, account_id) as place, standing, version, profile
      from account where account_id = any($2)) as k) as a`;
