import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type AccountSchema, AccountState, type ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";

/** Runs a statement, within a unit of work or outside one. */
export type Query = <Row>(statement: Sql) => Promise<Row[]>;

/** An account as the public may see it. Moments are PostgreSQL's own words, exact to the microsecond. */
export interface ProfileRow {
  readonly id: string;
  readonly handle: string;
  readonly display_name: string;
  readonly bio: string;
  readonly avatar_media_id: string | null;
  readonly state: keyof typeof AccountState;
  readonly version: string;
  readonly created_at: string;
}

/** An account with what only its owner sees of it. */
export interface AccountRow extends ProfileRow {
  readonly roles: readonly (keyof typeof Role)[];
  readonly handle_changed_at: string | null;
  /** Set while its owner hides it, also under a suspension. */
  readonly deactivated_at: string | null;
  readonly email: string;
  readonly email_verified_at: string | null;
  readonly legal_name: string;
  readonly birth_date: string;
  readonly totp_confirmed_at: string | null;
  readonly erasure_at: string | null;
}

/** Reads one account whole, in whatever state it is. */
export async function readAccount(query: Query, accountId: string): Promise<AccountRow | undefined> {
  const [row] = await query<AccountRow>(sql`
    select a.id, a.handle, a.display_name, a.bio, a.avatar_media_id, a.state, a.version, a.created_at, a.roles, a.handle_changed_at,
      a.deactivated_at, p.email, p.email_verified_at, p.legal_name, p.birth_date, c.totp_confirmed_at, d.erasure_at
    from account a join person p on p.account_id = a.id join credential c on c.account_id = a.id
      left join deletion d on d.account_id = a.id
    where a.id = ${accountId}`);
  return row;
}

/**
 * Keeps all others from changing an account until the unit of work ends, then reads it whole. Two statements: one that
 * waits for the lock would see the account of after, but its joined rows of before the wait.
 */
export async function lockAccount(query: Query, accountId: string): Promise<AccountRow | undefined> {
  await query(sql`select 1 from account where id = ${accountId} for update`);
  return readAccount(query, accountId);
}

/** The message that an account's owner gets. */
export function accountOf(row: AccountRow): MessageInitShape<typeof AccountSchema> {
  return {
    profile: profileOf(row),
    email: row.email,
    emailVerified: row.email_verified_at !== null,
    legalName: row.legal_name,
    birthDate: row.birth_date,
    state: AccountState[row.state],
    roles: rolesOf(row),
    totpEnabled: row.totp_confirmed_at !== null,
    etag: etagOf(row),
    ...(row.erasure_at !== null && { erasureAt: stampOf(row.erasure_at) }),
  };
}

/** The message that everybody gets. */
export function profileOf(row: ProfileRow): MessageInitShape<typeof ProfileSchema> {
  return {
    accountId: row.id,
    handle: row.handle,
    displayName: row.display_name,
    bio: row.bio,
    avatarMediaId: row.avatar_media_id ?? "",
    createdAt: stampOf(row.created_at),
    version: BigInt(row.version),
  };
}

/** What an account may do: everybody is a user, the rest is stored, in the order of the contract. */
export const rolesOf = ({ roles }: Pick<AccountRow, "roles">): Role[] =>
  [Role.USER, ...roles.map((name) => Role[name])].sort((a, b) => a - b);

/** Changes with every version, and says nothing else. */
export const etagOf = ({ version }: Pick<ProfileRow, "version">): string => `v${BigInt(version).toString(36)}`;

/** A moment of the database as a date. */
export const dateOf = (moment: string): Date => new Date(moment);

/** A moment of the database as messages carry it. */
export const stampOf = (moment: string) => timestampFromDate(dateOf(moment));
