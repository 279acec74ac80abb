import pg from "pg";
import type { Keyring } from "../identity/keyring.ts";

/** Where a service's database is and by whom it is used: the owner migrates, the data role serves. */
export interface DatabaseUrls {
  readonly owner: string;
  readonly data: string;
}

/** Database and role names as SQL wants them. */
export const plainName = (service: string): string => service.replaceAll("-", "_");

/** The addresses of a service's database on a server. Passwords are derived from its keys: no further secret exists. */
export function urlsOf(server: string, prefix: string, keyring: Keyring): DatabaseUrls {
  const name = plainName(keyring.service);
  const at = (role: string) => {
    const url = new URL(server);
    url.username = `skein_${role}`;
    url.password = keyring.derive(`postgres ${role}`).toString("hex");
    url.pathname = `/${prefix}${name}`;
    return url.href;
  };
  return { owner: at(`${name}_owner`), data: at(name) };
}

/**
 * Makes a service's roles; repeating changes nothing. Roles that have another password than ours belong to another
 * installation, or to this one before its keys changed: only who says `adopt` takes them over.
 */
export async function provisionRoles(admin: string, urls: DatabaseUrls, adopt = false): Promise<void> {
  await using client = await connect(admin);
  for (const role of [new URL(urls.owner), new URL(urls.data)]) {
    const name = pg.escapeIdentifier(role.username);
    // Concurrent provisioners race for the row in pg_authid: the lock lets them go one by one.
    await client.query("select pg_advisory_lock(7265)");
    const { rowCount } = await client.query("select 1 from pg_roles where rolname = $1", [role.username]);
    if (rowCount && !adopt) await refuseForeign(admin, role);
    await client.query(
      `${rowCount ? "alter" : "create"} role ${name} login password ${pg.escapeLiteral(role.password)}`,
    );
    await client.query("select pg_advisory_unlock(7265)");
  }
}

async function refuseForeign(admin: string, role: URL): Promise<void> {
  const ours = new URL(admin);
  ours.username = role.username;
  ours.password = role.password;
  try {
    await using _client = await connect(ours.href);
  } catch (error) {
    if ((error as { code?: string }).code !== "28P01") throw error;
    const words = `the role ${role.username} on this PostgreSQL server belongs to another installation`;
    throw new Error(`${words} · use a server of your own, or after a change of keys: skein migrate --adopt`);
  }
}

/** Makes a service's database, owned by the owner role and open to the data role; repeating changes nothing. */
export async function provisionDatabase(admin: string, urls: DatabaseUrls, template?: string): Promise<void> {
  const name = new URL(urls.data).pathname.slice(1);
  const owner = pg.escapeIdentifier(new URL(urls.owner).username);
  const data = pg.escapeIdentifier(new URL(urls.data).username);
  await using client = await connect(admin);
  if (!template) await client.query("select pg_advisory_lock(7265)"); // held until the connection ends
  const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [name]);
  const from = template ? ` template ${pg.escapeIdentifier(template)}` : "";
  if (!rowCount) await client.query(`create database ${pg.escapeIdentifier(name)} owner ${owner}${from}`);
  // An earlier provisioner may have been cut off here: what follows is said each time.
  await client.query(`revoke all on database ${pg.escapeIdentifier(name)} from public`); // else every role may connect
  // Temporary tables are where a projection is built beside the one that is read.
  await client.query(`grant connect, temporary on database ${pg.escapeIdentifier(name)} to ${data}`);
  if (template) return;
  const inside = new URL(admin);
  inside.pathname = `/${name}`;
  await using there = await connect(inside.href);
  await there.query(`alter schema public owner to ${owner}`);
  await there.query("create extension if not exists pg_trgm"); // not a trusted extension everywhere: the administrator makes it
  await there.query(`grant usage on schema public to ${data}`);
  await there.query(
    `alter default privileges for role ${owner} in schema public grant select, insert, update, delete on tables to ${data}`,
  );
  await there.query(`alter default privileges for role ${owner} in schema public grant usage on sequences to ${data}`);
  await there.query(
    `alter default privileges for role ${owner} in schema public grant execute on functions to ${data}`,
  );
}

/** A single connection that closes itself. */
export async function connect(url: string): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined); // a dropped connection is reported by the query that needs it
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}
