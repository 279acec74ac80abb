import type { Relation } from "#gen/skein/common/v1/visibility_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import type { Edge, EdgeState } from "../rules/edge.ts";
import { type CircleName, OPEN_TO_ALL, type Privacy } from "../rules/privacy.ts";
import { type Between, relationOf } from "../rules/relation.ts";

/** Everything that is between a viewer and one account. */
export interface Tie {
  readonly accountId: string;
  readonly relation: Relation;
  /** A skein.identity.v1.Profile; absent where nobody has heard of the account. */
  readonly profile: Uint8Array | undefined;
  readonly privacy: Privacy;
  /** The viewer's own follow, or request. */
  readonly edge: Edge | undefined;
  /** The account asks to follow the viewer. */
  readonly requestedBy: boolean;
  readonly muteExpiresAt: string | undefined;
  readonly mutedAt: string | undefined;
}

interface Row {
  id: string;
  state: Between["state"];
  profile: Buffer | null;
  locked: boolean | null;
  who_may_mention: CircleName;
  who_may_reply: CircleName;
  discoverable: boolean;
  blocking: boolean;
  blocked_by: boolean;
  scopes: Between["muted"] | null;
  muted_at: string | null;
  expires_at: string | null;
  follow_state: EdgeState | null;
  followed_at: string;
  changed_at: string;
  hide_reposts: boolean;
  notify_on_post: boolean;
  hide_from_home: boolean;
  followed_by: EdgeState | null;
}

/** What is between a viewer and each of a page of accounts, from the truth and in one statement; nobody is left out. */
export async function relationsOf(
  { db, clock }: Pick<Deps, "db" | "clock">,
  viewerId: string | undefined,
  ids: readonly string[],
): Promise<Map<string, Tie>> {
  if (ids.length === 0) return new Map();
  const viewer = viewerId ?? null;
  const rows = await db.query<Row>(sql`
    select asked.id, a.state, a.profile, p.locked, p.who_may_mention, p.who_may_reply, p.discoverable,
      mine.blocked_id is not null as blocking, theirs.blocked_id is not null as blocked_by, m.scopes, m.muted_at, m.expires_at,
      f.state as follow_state, f.followed_at, f.changed_at, f.hide_reposts, f.notify_on_post, f.hide_from_home,
      back.state as followed_by
    from unnest(${[...new Set(ids)]}::uuid[]) as asked (id)
      left join account a on a.id = asked.id
      left join privacy p on p.account_id = asked.id
      left join block mine on mine.blocker_id = ${viewer}::uuid and mine.blocked_id = asked.id
      left join block theirs on theirs.blocker_id = asked.id and theirs.blocked_id = ${viewer}::uuid
      left join mute m on m.muter_id = ${viewer}::uuid and m.muted_id = asked.id
        and (m.expires_at is null or m.expires_at > ${clock.now()})
      left join follow f on f.follower_id = ${viewer}::uuid and f.followee_id = asked.id
      left join follow back on back.follower_id = asked.id and back.followee_id = ${viewer}::uuid`);
  return new Map(rows.map((row) => [row.id, tieOf(row, viewerId)]));
}

function tieOf(row: Row, viewerId: string | undefined): Tie {
  const edge = edgeOf(row);
  const privacy = privacyOf(row);
  const relation = relationOf({
    accountId: row.id,
    viewerId,
    state: row.state,
    blocking: row.blocking,
    blockedBy: row.blocked_by,
    muted: row.scopes ?? [],
    locked: privacy.locked,
    follows: edge ?? null,
    followedBy: row.followed_by,
  });
  return {
    accountId: row.id,
    relation,
    profile: row.profile ?? undefined,
    privacy,
    edge,
    requestedBy: row.followed_by === "PENDING" && !relation.blocking && !relation.blockedBy,
    muteExpiresAt: row.expires_at ?? undefined,
    mutedAt: row.muted_at ?? undefined,
  };
}

const edgeOf = (row: Row): Edge | undefined =>
  row.follow_state
    ? {
        state: row.follow_state,
        followedAt: row.followed_at,
        changedAt: row.changed_at,
        hideReposts: row.hide_reposts,
        notifyOnPost: row.notify_on_post,
        hideFromHome: row.hide_from_home,
      }
    : undefined;

const privacyOf = (row: Row): Privacy =>
  row.locked === null
    ? OPEN_TO_ALL
    : {
        locked: row.locked,
        whoMayMention: row.who_may_mention,
        whoMayReply: row.who_may_reply,
        discoverable: row.discoverable,
      };
