import { type Provisioned, provisionAll } from "#mesh/host/provisioning.ts";
import { ensureKeys, openKeyring } from "#mesh/identity/keyring.ts";
import type { MigrationClass } from "#mesh/store/migrate.ts";
import { meshMigrations } from "#mesh/store/migrations.ts";
import { connect, plainName } from "#mesh/store/provision.ts";
import { everything } from "../../main.ts";
import type { Env } from "../command.ts";
import { keyFolder, meshOf, names, readSettings } from "./settings.ts";

/**
 * Makes keys, roles and databases that are missing and runs the migrations that they lack. DATABASE_URL must name an
 * administrator, whom the services themselves never learn.
 */
export async function provision(env: Env, adopt = false): Promise<Provisioned[]> {
  const mesh = meshOf(readSettings(env));
  const folder = keyFolder(mesh);
  ensureKeys(folder, names);
  return provisionAll(everything, mesh.database, mesh.databasePrefix, (service) => openKeyring(folder, service), adopt);
}

/** What `provision` would run, looked up without changing anything. */
export async function pending(env: Env): Promise<Provisioned[]> {
  const { database, databasePrefix } = meshOf(readSettings(env));
  await using server = await connect(database);
  const there = new Set(
    (await server.query("select datname from pg_database")).rows.map(({ datname }) => datname as string),
  );
  const lacking = async (service: string, migrations: readonly MigrationClass[]): Promise<Provisioned> => {
    const name = `${databasePrefix}${plainName(service)}`;
    const done = there.has(name) ? await ranIn(database, name) : new Set<string>();
    return { service, ran: [...meshMigrations, ...migrations].map(nameOf).filter((migration) => !done.has(migration)) };
  };
  return Promise.all(everything.flatMap(({ name, migrations }) => (migrations ? [lacking(name, migrations)] : [])));
}

async function ranIn(server: string, name: string): Promise<Set<string>> {
  const url = new URL(server);
  url.pathname = `/${name}`;
  await using database = await connect(url.href);
  const { rows } = await database.query("select to_regclass('migration') is not null as there");
  if (!rows[0]?.there) return new Set();
  return new Set((await database.query("select name from migration")).rows.map((row) => row.name as string));
}

// The name is a property of the instance, and neither driver nor configuration is looked at to make one.
const nameOf = (migration: MigrationClass): string =>
  new migration(...([] as unknown as ConstructorParameters<MigrationClass>)).name ?? migration.name;
