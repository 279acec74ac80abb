import { type Sql, sql } from "#mesh/store/sql.ts";
import type { ScopeName } from "../rules/mute-scopes.ts";
import type { Query } from "./query.ts";

/** A row of the graph as it is handed out: which columns are filled depends on the kind. */
export interface ArchiveRow {
  /** Nobody: a list without members. */
  readonly id: string | null;
  readonly moment: string | null;
  readonly hide_reposts: boolean;
  readonly notify_on_post: boolean;
  readonly hide_from_home: boolean;
  readonly scopes: readonly ScopeName[];
  readonly expires_at: string | null;
  readonly title: string;
  readonly exclusive: boolean;
  readonly list_id: string;
  readonly made_at: string;
}

/** The place behind which a page begins, oldest first: of lists the list's own, then the member's. */
export type ArchivePlace = readonly string[];

/** What is being handed out, and to whom. */
export interface ArchiveQuestion {
  readonly ownerId: string;
  readonly after: ArchivePlace;
  readonly now: Date;
}

const LEAST = "00000000-0000-0000-0000-000000000000";

/** Nothing is between two of whom one blocks the other: an edge that a block has not ended yet is none. */
const unparted = (ownerId: string, id: Sql): Sql => sql`not exists (
    select from block where blocker_id = ${ownerId}::uuid and blocked_id = ${id})
  and not exists (select from block where blocker_id = ${id} and blocked_id = ${ownerId}::uuid)`;

/** Whom the owner follows or asks to. */
export const followRows = (query: Query, { ownerId, after }: ArchiveQuestion, limit: number): Promise<ArchiveRow[]> =>
  query<ArchiveRow>(sql`select followee_id as id, followed_at as moment, hide_reposts, notify_on_post, hide_from_home
    from follow where follower_id = ${ownerId}::uuid and ${unparted(ownerId, sql`followee_id`)}
      and (followed_at, followee_id) > (${after[0] ?? "-infinity"}::timestamptz, ${after[1] ?? LEAST}::uuid)
    order by followed_at, followee_id limit ${limit}::int`);

/** Whom the owner blocks. */
export const blockRows = (query: Query, { ownerId, after }: ArchiveQuestion, limit: number): Promise<ArchiveRow[]> =>
  query<ArchiveRow>(sql`select blocked_id as id, blocked_at as moment from block
    where blocker_id = ${ownerId}::uuid
      and (blocked_at, blocked_id) > (${after[0] ?? "-infinity"}::timestamptz, ${after[1] ?? LEAST}::uuid)
    order by blocked_at, blocked_id limit ${limit}::int`);

/** Whom the owner mutes, and has not ceased to. */
export const muteRows = (
  query: Query,
  { ownerId, after, now }: ArchiveQuestion,
  limit: number,
): Promise<ArchiveRow[]> =>
  query<ArchiveRow>(sql`select muted_id as id, muted_at as moment, scopes, expires_at from mute
    where muter_id = ${ownerId}::uuid and (expires_at is null or expires_at > ${now})
      and (muted_at, muted_id) > (${after[0] ?? "-infinity"}::timestamptz, ${after[1] ?? LEAST}::uuid)
    order by muted_at, muted_id limit ${limit}::int`);

/** Who is on the owner's lists; of an empty list one row says that it is there. */
export const listRows = (query: Query, { ownerId, after }: ArchiveQuestion, limit: number): Promise<ArchiveRow[]> =>
  query<ArchiveRow>(sql`select m.account_id as id, m.added_at as moment, l.title, l.exclusive, l.hide_reposts, l.id as list_id, l.created_at as made_at
    from list l left join list_member m on m.owner_id = l.owner_id and m.list_id = l.id and ${unparted(ownerId, sql`m.account_id`)}
    where l.owner_id = ${ownerId}::uuid
      and (l.created_at, l.id, coalesce(m.added_at, '-infinity'), coalesce(m.account_id, ${LEAST}::uuid))
        > (${after[0] ?? "-infinity"}::timestamptz, ${after[1] ?? LEAST}::uuid, ${after[2] ?? "-infinity"}::timestamptz, ${after[3] ?? LEAST}::uuid)
    order by l.created_at, l.id, m.added_at, m.account_id limit ${limit}::int`);

/** The place of a row; of nobody's row that of its list. */
export const archivePlaceOf = ({ id, moment, list_id, made_at }: ArchiveRow): string[] => [
  ...(list_id ? [made_at, list_id] : []),
  moment ?? "-infinity",
  id ?? LEAST,
];

/** The accounts that rows name, by id and by handle. */
export async function accountsNamed(query: Query, ids: readonly string[], handles: readonly string[]) {
  const rows = await query<{ id: string; handle: string }>(sql`select id, lower(handle) as handle from account
    where id = any(${[...ids]}::uuid[]) or lower(handle) = any(${[...handles]}::text[])`);
  return { ids: new Set(rows.map(({ id }) => id)), byHandle: new Map(rows.map(({ id, handle }) => [handle, id])) };
}
