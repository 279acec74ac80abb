import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import { betweenOf, Flag } from "../rules/between-flags.ts";
import type { Acts, Author, Between } from "../view/shapes.ts";

export { followeesOf } from "./followers.ts";

/** Everything between a viewer and the accounts and posts of a page. */
export interface Relations {
  /** Every account that was asked about, also those that nobody has heard of. */
  readonly between: Map<string, Between>;
  /** Only posts with which the viewer did something. */
  readonly acts: Map<string, Acts>;
  /** Only accounts that we have heard of. */
  readonly authors: Map<string, Author>;
  /** Those that a list of the viewer's keeps out of home. */
  readonly exclusive: Set<string>;
}

/** Whom and what to read about; doubles do not matter. */
export interface About {
  readonly accounts: Iterable<string>;
  readonly posts: Iterable<string>;
}

interface Row {
  accounts: Buffer | null;
  profiles: Buffer | null;
  edges: Buffer | null;
  acts: Buffer | null;
}

/**
 * One statement, and one row of bytes: what is said of the place that an id has in what was asked, as in
 * rules/between-flags.ts. A profile comes along only if this process has another version of it.
 */
export async function readBetween(
  { db, clock, authors }: Pick<Deps, "db" | "clock" | "authors">,
  viewerId: string | undefined,
  about: About,
): Promise<Relations> {
  const [ids, postIds] = [[...new Set(about.accounts)], [...new Set(about.posts)]];
  const known = ids.map((id) => authors.find(id));
  // The first line names the parameters, the others mean them by number: each is sent, and read, once.
  const [row] = await db.query<Row>(sql`
    with asked (me, ids, known, posts, now) as (values (${viewerId ?? null}::uuid, ${arrayOf(ids)}::uuid[],
      ${arrayOf(known.map((one) => one?.version ?? UNKNOWN))}::bigint[], ${arrayOf(postIds)}::uuid[], ${clock.now()}::timestamptz))
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
      a.accounts, a.profiles
    from (select string_agg(int4send((place - 1) << 16 | standing), '') as accounts,
        string_agg(int4send(place - 1) || int8send(version) || int4send(length(profile)) || profile, '')
          filter (where version <> ($3::bigint[])[place]) as profiles
      from (select array_position($2, account_id) as place, standing, version, profile
        from account where account_id = any($2)) as k) as a`);
  const learnt = row?.profiles ? authors.learn(ids, row.profiles) : undefined;
  const flags = flagsIn(row?.edges, flagsIn(row?.accounts, new Uint16Array(ids.length)));
  const relations: Relations = { between: new Map(), acts: new Map(), authors: new Map(), exclusive: new Set() };
  ids.forEach((id, place) => {
    const said = flags[place] ?? 0;
    relations.between.set(id, betweenOf((said & ~Flag.EXCLUSIVE) | (id === viewerId ? Flag.SELF : 0)));
    if (said & Flag.EXCLUSIVE) relations.exclusive.add(id);
    const author = said & Flag.STANDING ? (learnt?.get(place) ?? known[place]?.author) : undefined;
    if (author) relations.authors.set(id, author);
  });
  if (row?.acts) {
    const bits = flagsIn(row.acts, new Uint16Array(postIds.length));
    postIds.forEach((id, place) => {
      const said = bits[place];
      if (said) relations.acts.set(id, actsOf(said));
    });
  }
  return relations;
}

/** The version of no profile. */
const UNKNOWN = "-1";

/** PostgreSQL's own way to write an array: cheaper than to let the driver quote every id. */
const arrayOf = (items: readonly string[]): string => `{${items.join(",")}}`;

/** Records of two bytes of place and two of flags, laid upon what is there already. */
function flagsIn(records: Buffer | null | undefined, flags: Uint16Array): Uint16Array {
  if (records)
    for (let at = 0; at < records.length; at += 4) {
      const place = records.readUInt16BE(at);
      flags[place] = (flags[place] ?? 0) | records.readUInt16BE(at + 2);
    }
  return flags;
}

const actsOf = (bits: number): Acts => ({
  liked: (bits & 1) !== 0,
  shared: (bits & 2) !== 0,
  bookmarked: (bits & 4) !== 0,
  hidden: (bits & 8) !== 0,
});
