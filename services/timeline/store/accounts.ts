import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { AccountState, type Profile, ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import type { AccountRow } from "#gen/skein/identity/v1/snapshot_rows_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { faceOf } from "../rules/face.ts";

/** What hides an account, as bits: each is switched by itself. */
export const Hiding = { DEACTIVATED: 1, DELETING: 2, SUSPENDED: 4 } as const;

/** Keeps an account as it is now, unless something newer is known of it; whether it is hidden stays as it is. */
export const saveProfile = (tx: Tx, shard: number, profile: Profile): Promise<unknown> =>
  tx.query(sql`insert into account (account_id, shard, version, profile, face)
    values (${profile.accountId}, ${shard}, ${profile.version}, ${bytesOf(profile)}, ${faceOf(profile)})
    on conflict (account_id) do update set profile = excluded.profile, version = excluded.version, face = excluded.face
      where account.version < excluded.version`);

/** Gives an account another handle; the rest of its profile stays as it is. */
export async function renameAccount(tx: Tx, accountId: string, handle: string, version: bigint): Promise<void> {
  const [row] = await tx.query<{ profile: Buffer }>(
    sql`select profile from account where account_id = ${accountId} and version < ${version} for update`,
  );
  if (!row) return;
  const renamed = { ...fromBinary(ProfileSchema, row.profile), handle, version };
  await tx.query(sql`update account set profile = ${bytesOf(renamed)}, version = ${version}, face = ${faceOf(renamed)}
    where account_id = ${accountId}`);
}

/** Switches on, and off, what hides an account. */
export const hideAccount = (tx: Tx, accountId: string, { on = 0, off = 0 }): Promise<unknown> =>
  tx.query(
    sql`update account set hidden = (hidden | ${on}::smallint) & ~${off}::smallint where account_id = ${accountId}`,
  );

/** Forgets an account: from then on it is as if it had never been. */
export const dropAccount = (tx: Tx, accountId: string): Promise<unknown> =>
  tx.query(sql`delete from account where account_id = ${accountId}`);

/** Forgets all accounts of a shard, before they are read anew. */
export const clearAccounts = (tx: Tx, shard: number): Promise<unknown> =>
  tx.query(sql`delete from account where shard = ${shard}::smallint`);

/** Keeps many accounts as their owner's snapshot has them. */
export async function restoreAccounts(tx: Tx, shard: number, accounts: readonly AccountRow[]): Promise<void> {
  const rows = accounts.flatMap(({ profile, state }) => (profile ? [{ profile, hidden: HIDDEN[state] ?? 0 }] : []));
  await tx.query(sql`insert into account (account_id, shard, hidden, version, profile, face)
    select account_id, ${shard}::smallint, hidden, version, profile, face
    from unnest(${rows.map(({ profile }) => profile.accountId)}::uuid[], ${rows.map(({ hidden }) => hidden)}::smallint[],
      ${rows.map(({ profile }) => profile.version)}::bigint[], ${rows.map(({ profile }) => bytesOf(profile))}::bytea[],
      ${rows.map(({ profile }) => faceOf(profile))}::text[]) as a (account_id, hidden, version, profile, face)
    on conflict (account_id) do update set hidden = excluded.hidden, version = excluded.version,
      profile = excluded.profile, face = excluded.face
      where account.version <= excluded.version`);
}

const HIDDEN: Partial<Record<AccountState, number>> = {
  [AccountState.DEACTIVATED]: Hiding.DEACTIVATED,
  [AccountState.DELETING]: Hiding.DELETING,
  [AccountState.SUSPENDED]: Hiding.SUSPENDED,
};

const bytesOf = (profile: Profile): Buffer => Buffer.from(toBinary(ProfileSchema, profile));
