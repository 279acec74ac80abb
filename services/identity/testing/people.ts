import { sql } from "#mesh/store/sql.ts";
import type { TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import type { AccountRow } from "../store/accounts.ts";

/** What everybody here signs in with. */
export const PASSWORD = "correct horse battery staple";

let hashed: Promise<string> | undefined;

interface Person {
  handle: string;
  displayName?: string;
  email?: string;
  legalName?: string;
  birthDate?: string;
  roles?: AccountRow["roles"];
  state?: AccountRow["state"];
}

/** Puts an account into the database as registration would, and returns its id. */
export async function settle(mesh: TestMesh, person: Person): Promise<string> {
  const { db, ids, clock, hasher } = mesh.deps<Deps>("identity");
  const id = ids.next();
  const now = clock.now();
  const {
    handle,
    displayName = handle,
    email = `${handle}@example.test`,
    legalName = "",
    birthDate = "",
    roles = [],
    state = "ACTIVE",
  } = person;
  hashed ??= hasher.hash(PASSWORD);
  const hash = await hashed;
  await db.query(sql`
    with a as (insert into account (id, handle, display_name, state, roles, created_at, updated_at)
      values (${id}, ${handle}, ${displayName}, ${state}, ${[...roles]}::text[], ${now}, ${now})),
    h as (insert into handle_claim (handle, account_id) values (lower(${handle}), ${id})),
    e as (insert into email_claim (email, account_id) values (lower(${email}), ${id})),
    p as (insert into person (account_id, email, legal_name, birth_date) values (${id}, ${email}, ${legalName}, ${birthDate}))
    insert into credential (account_id, password_hash, password_changed_at) values (${id}, ${hash}, ${now})`);
  return id;
}

/** Opens a session for an account, and returns its id. */
export async function signIn(mesh: TestMesh, accountId: string): Promise<string> {
  const { db, ids, clock } = mesh.deps<Deps>("identity");
  const id = ids.next();
  const now = clock.now();
  await db.query(sql`insert into session (id, account_id, rotated_at, created_at, last_used_at, expires_at)
    values (${id}, ${accountId}, ${now}, ${now}, ${now}, ${new Date(now.getTime() + 86_400_000)})`);
  return id;
}

/** How many sessions of an account are alive. */
export async function sessionsOf(mesh: TestMesh, accountId: string): Promise<string[]> {
  const { db } = mesh.deps<Deps>("identity");
  const rows = await db.query<{ id: string }>(
    sql`select id from session where account_id = ${accountId} and revoked_at is null`,
  );
  return rows.map(({ id }) => id);
}
