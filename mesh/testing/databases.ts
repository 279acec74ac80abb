import pg from "pg";
import { openKeyring } from "../identity/keyring.ts";
import type { Service } from "../service.ts";
import { migrate, schemaHash } from "../store/migrate.ts";
import {
  connect,
  type DatabaseUrls,
  plainName,
  provisionDatabase,
  provisionRoles,
  urlsOf,
} from "../store/provision.ts";

const LOCK = 7267;
const made = new Set<string>();

/** Gives every service a copy of a migrated template; a template is made once for each state of the migrations. */
export async function copyDatabases(
  services: readonly Service[],
  { postgres, keys }: { postgres: string; keys: string },
  prefix: string,
): Promise<void> {
  await using admin = await connect(postgres);
  for (const { name, migrations } of services) {
    if (!migrations) continue;
    const keyring = openKeyring(keys, name);
    const template = urlsOf(postgres, `tpl_${schemaHash(migrations)}_`, keyring);
    if (!made.has(template.data)) {
      await admin.query("select pg_advisory_lock($1)", [LOCK]); // one worker makes it, the others wait
      const { rowCount } = await admin.query("select 1 from pg_database where datname = $1 and datistemplate", [
        databaseOf(template),
      ]);
      if (!rowCount) await makeTemplate(postgres, admin, template, migrations);
      await admin.query("select pg_advisory_unlock($1)", [LOCK]);
      made.add(template.data);
    }
    await copy(admin, template, urlsOf(postgres, prefix, keyring));
  }
}

async function makeTemplate(
  postgres: string,
  admin: pg.Client,
  template: DatabaseUrls,
  migrations: NonNullable<Service["migrations"]>,
): Promise<void> {
  await provisionRoles(postgres, template);
  await provisionDatabase(postgres, template);
  await migrate(template.owner, migrations);
  await admin.query(`alter database ${pg.escapeIdentifier(databaseOf(template))} is_template true`);
}

/** The files as they are: through the log, as is PostgreSQL's habit, a copy costs five times as much CPU. */
async function copy(admin: pg.Client, template: DatabaseUrls, urls: DatabaseUrls): Promise<void> {
  const [name, from] = [urls, template].map((one) => pg.escapeIdentifier(databaseOf(one)));
  const [owner, data] = [urls.owner, urls.data].map((url) => pg.escapeIdentifier(new URL(url).username));
  await admin.query(`create database ${name} owner ${owner} template ${from} strategy file_copy`);
  await admin.query(
    `revoke all on database ${name} from public; grant connect, temporary on database ${name} to ${data}`,
  );
}

const databaseOf = ({ data }: DatabaseUrls): string => new URL(data).pathname.slice(1);

/** Removes the copies. */
export async function dropDatabases(services: readonly Service[], postgres: string, prefix: string): Promise<void> {
  await using admin = await connect(postgres);
  for (const { name, migrations } of services) {
    if (migrations)
      await admin.query(`drop database if exists ${pg.escapeIdentifier(`${prefix}${plainName(name)}`)} with (force)`);
  }
}
