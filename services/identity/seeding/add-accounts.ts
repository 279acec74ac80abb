import { AccountRegisteredSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import { profileOf } from "../store/accounts.ts";
import { addressOf } from "./demos.ts";

/** An account of a demo network. Nobody signs in as it. */
export interface SeedAccount {
  readonly id: string;
  readonly handle: string;
  readonly displayName: string;
  readonly bio: string;
  readonly registeredAt: Date;
}

/** To which demo accounts belong. */
export interface SeedMark {
  readonly label: string;
  /** The moment around which everything in it lies. */
  readonly since: Date;
  /** Of a password that nobody knows. */
  readonly passwordHash: string;
}

/**
 * Makes accounts as registration does, many at once, and announces them; returns how many are new. Their addresses are
 * claimed by nobody and lead nowhere, so no password can be set by mail either. All are made, or none: a handle that
 * somebody took meanwhile breaks it off.
 */
export function addAccounts(db: Db, all: readonly SeedAccount[], { label, since, passwordHash }: SeedMark) {
  return db.transact(async (tx): Promise<number> => {
    const there = await tx.query<{ id: string }>(
      sql`select id from account where id = any(${all.map(({ id }) => id)}::uuid[])`,
    );
    const known = new Set(there.map(({ id }) => id));
    const fresh = all.filter(({ id }) => !known.has(id));
    const column = <T>(of: (account: SeedAccount) => T): T[] => fresh.map(of);
    await tx.query(sql`
      with wanted as (select * from unnest(${column(({ id }) => id)}::uuid[], ${column(({ handle }) => handle)}::text[],
          ${column(({ displayName }) => displayName)}::text[], ${column(({ bio }) => bio)}::text[],
          ${column(({ registeredAt }) => registeredAt)}::timestamptz[], ${column(({ id }) => partitionOf(id))}::smallint[],
          ${column(({ handle }) => addressOf(handle, label))}::text[])
        as w (id, handle, name, bio, at, shard, email)),
      claim as (insert into handle_claim (handle, account_id) select lower(handle), id from wanted),
      somebody as (insert into person (account_id, email) select id, email from wanted),
      proof as (insert into credential (account_id, password_hash, password_changed_at)
        select id, ${passwordHash}::text, ${since}::timestamptz from wanted)
      insert into account (id, handle, display_name, bio, created_at, updated_at, shard)
        select id, handle, name, bio, at, at, shard from wanted`);
    for (const { id, handle, displayName, bio, registeredAt } of fresh) {
      const row = { id, handle, bio, display_name: displayName, avatar_media_id: null, state: "ACTIVE" } as const;
      const profile = profileOf({ ...row, version: "1", created_at: registeredAt.toISOString() });
      tx.publish(AccountRegisteredSchema, { accountId: id, profile });
    }
    return fresh.length;
  });
}
