import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { AccountState, type Profile, ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import type { AccountRow } from "#gen/skein/identity/v1/snapshot_rows_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";

/** Where accounts come from: a partition of identity's log. */
export type Shard = number;

/** Keeps an account as it is now, unless something newer is known of it; whether it is hidden stays as it is. */
export const saveProfile = (tx: Tx, shard: Shard, profile: Profile): Promise<unknown> => {
  const { accountId, handle, version } = profile;
  const bytes = Buffer.from(toBinary(ProfileSchema, profile));
  return tx.query(sql`insert into account (id, shard, handle, profile, version, registered_at)
    values (${accountId}, ${shard}, ${handle}, ${bytes}, ${version}, ${registeredAt(profile)})
    on conflict (id) do update set handle = excluded.handle, profile = excluded.profile, version = excluded.version
      where account.version < excluded.version`);
};

/** Gives an account another handle; the rest of its profile stays as it is. */
export async function renameAccount(tx: Tx, accountId: string, handle: string, version: bigint): Promise<void> {
  const [row] = await tx.query<{ profile: Buffer }>(
    sql`select profile from account where id = ${accountId} and version < ${version} for update`,
  );
  if (!row) return;
  const renamed = { ...fromBinary(ProfileSchema, row.profile), handle, version };
  const bytes = Buffer.from(toBinary(ProfileSchema, renamed));
  await tx.query(
    sql`update account set handle = ${handle}, profile = ${bytes}, version = ${version} where id = ${accountId}`,
  );
}

/** What hides an account; each is switched by itself. */
export interface Hiding {
  readonly deactivated?: boolean;
  readonly deleting?: boolean;
  readonly suspended?: boolean;
}

/** Switches what hides an account. */
export const hideAccount = (
  tx: Tx,
  accountId: string,
  { deactivated, deleting, suspended }: Hiding,
): Promise<unknown> =>
  tx.query(sql`update account set deactivated = coalesce(${deactivated ?? null}::boolean, deactivated),
    deleting = coalesce(${deleting ?? null}::boolean, deleting), suspended = coalesce(${suspended ?? null}::boolean, suspended)
    where id = ${accountId}`);

/** Forgets an account: from then on it is as if it had never been. */
export const dropAccount = (tx: Tx, accountId: string): Promise<unknown> =>
  tx.query(sql`delete from account where id = ${accountId}`);

/** Forgets all accounts of a shard, before they are read anew. */
export const clearAccounts = (tx: Tx, shard: Shard): Promise<unknown> =>
  tx.query(sql`delete from account where shard = ${shard}::smallint`);

/** Keeps many accounts as their owner's snapshot has them. */
export async function restoreAccounts(tx: Tx, shard: Shard, accounts: readonly AccountRow[]): Promise<void> {
  const rows = accounts.flatMap(({ profile, state }) => (profile ? [{ profile, state }] : []));
  const is = (wanted: AccountState) => rows.map(({ state }) => state === wanted);
  await tx.query(sql`insert into account (id, shard, handle, profile, version, registered_at, deactivated, deleting, suspended)
    select id, ${shard}::smallint, handle, profile, version, registered_at, deactivated, deleting, suspended
    from unnest(${rows.map(({ profile }) => profile.accountId)}::uuid[], ${rows.map(({ profile }) => profile.handle)}::text[],
      ${rows.map(({ profile }) => Buffer.from(toBinary(ProfileSchema, profile)))}::bytea[],
      ${rows.map(({ profile }) => profile.version)}::bigint[], ${rows.map(({ profile }) => registeredAt(profile))}::timestamptz[],
      ${is(AccountState.DEACTIVATED)}::boolean[], ${is(AccountState.DELETING)}::boolean[], ${is(AccountState.SUSPENDED)}::boolean[])
      as a (id, handle, profile, version, registered_at, deactivated, deleting, suspended)
    on conflict (id) do update set handle = excluded.handle, profile = excluded.profile, version = excluded.version,
      deactivated = excluded.deactivated, deleting = excluded.deleting, suspended = excluded.suspended
      where account.version <= excluded.version`);
}

const registeredAt = ({ createdAt }: Profile): Date => (createdAt ? timestampDate(createdAt) : new Date(0));
