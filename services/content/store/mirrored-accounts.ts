import { create, toBinary } from "@bufbuild/protobuf";
import { AccountState, type Profile, ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import type { AccountRow } from "#gen/skein/identity/v1/snapshot_rows_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { profileIn } from "./bytes.ts";

type Query = Pick<Tx, "query">;
type State = "ACTIVE" | "DEACTIVATED" | "DELETING" | "SUSPENDED";

/** Where an announcement stands in its log. */
export interface At {
  readonly partition: number;
  readonly seq: bigint;
}

const bytesOf = (profile: Profile) => Buffer.from(toBinary(ProfileSchema, profile));

/** Keeps a profile as it was announced; an account that was unknown is active. */
export async function keepProfile({ query }: Query, profile: Profile, { partition, seq }: At): Promise<void> {
  await query(sql`insert into account (id, shard, handle, state, profile, version)
    values (${profile.accountId}, ${partition}, ${profile.handle}, 'ACTIVE', ${bytesOf(profile)}, ${seq})
    on conflict (id) do update set handle = excluded.handle, profile = excluded.profile, version = excluded.version`);
}

/** Gives an account another handle. */
export async function renameAccount(
  tx: Query,
  { accountId, handle, version }: { accountId: string; handle: string; version: bigint },
  at: At,
): Promise<void> {
  const [row] = await tx.query<{ profile: Buffer }>(sql`select profile from account where id = ${accountId}`);
  const former = profileIn(row?.profile ?? null);
  if (former) await keepProfile(tx, create(ProfileSchema, { ...former, handle, version }), at);
}

/** Moves an account to a state, if it is in one of those given: what else hides it is announced by itself. */
export async function moveAccount(
  { query }: Query,
  accountId: string,
  to: State,
  from: readonly State[],
  { seq }: At,
): Promise<void> {
  await query(sql`update account set state = ${to}, version = ${seq}
    where id = ${accountId} and state = any(${[...from]}::text[])`);
}

/** Forgets an account. */
export async function dropAccount({ query }: Query, accountId: string): Promise<void> {
  await query(sql`delete from account where id = ${accountId}`);
}

/** Makes room for the accounts of one partition. */
export async function clearAccounts({ query }: Query, partition: number): Promise<void> {
  await query(sql`delete from account where shard = ${partition}::smallint`);
}

const STATES: Partial<Record<AccountState, State>> = {
  [AccountState.ACTIVE]: "ACTIVE",
  [AccountState.DEACTIVATED]: "DEACTIVATED",
  [AccountState.DELETING]: "DELETING",
  [AccountState.SUSPENDED]: "SUSPENDED",
};

/** Keeps accounts as identity's snapshot has them. A state that we do not know is read as a hidden one. */
export async function restoreAccounts(
  { query }: Query,
  rows: readonly AccountRow[],
  { partition, seq }: At,
): Promise<void> {
  const known = rows.flatMap(({ profile, state }) =>
    profile ? [{ profile, state: STATES[state] ?? "SUSPENDED" }] : [],
  );
  await query(sql`insert into account (id, shard, handle, state, profile, version)
    select id, ${partition}::smallint, handle, state, profile, ${seq}::bigint
    from unnest(${known.map(({ profile }) => profile.accountId)}::uuid[], ${known.map(({ profile }) => profile.handle)}::text[],
      ${known.map(({ state }) => state)}::text[], ${known.map(({ profile }) => bytesOf(profile))}::bytea[]) as r (id, handle, state, profile)
    on conflict (id) do update set handle = excluded.handle, state = excluded.state, profile = excluded.profile,
      shard = excluded.shard, version = excluded.version`);
}
