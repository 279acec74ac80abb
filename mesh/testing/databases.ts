import pg from "pg";
import { openKeyring } from "../identity/keyring.ts";
import type { Service } from "../service.ts";
import { migrate, schemaHash } from "../store/migrate.ts";
import { connect, plainName, provisionDatabase, provisionRoles, urlsOf } from "../store/provision.ts";

const LOCK = 7267;

/** Gives every service a copy of a migrated template; a template is made once for each state of the migrations. */
export async function copyDatabases(
  services: readonly Service[],
  { postgres, keys }: { postgres: string; keys: string },
  prefix: string,
): Promise<void> {
  await Promise.all(
    services
      .filter(({ migrations }) => migrations)
      .map(async ({ name, migrations = [] }) => {
        const keyring = openKeyring(keys, name);
        const template = urlsOf(postgres, `tpl_${schemaHash(migrations)}_`, keyring);
        const templateName = new URL(template.data).pathname.slice(1);
        await using admin = await connect(postgres);
        await admin.query("select pg_advisory_lock($1)", [LOCK]); // one worker makes it, the others wait
        const { rowCount } = await admin.query("select 1 from pg_database where datname = $1 and datistemplate", [
          templateName,
        ]);
        if (!rowCount) {
          await provisionRoles(postgres, template);
          await provisionDatabase(postgres, template);
          await migrate(template.owner, migrations);
          await admin.query(`alter database ${pg.escapeIdentifier(templateName)} is_template true`);
        }
        await admin.query("select pg_advisory_unlock($1)", [LOCK]);
        await provisionDatabase(postgres, urlsOf(postgres, prefix, keyring), templateName);
      }),
  );
}

/** Removes the copies. */
export async function dropDatabases(services: readonly Service[], postgres: string, prefix: string): Promise<void> {
  await using admin = await connect(postgres);
  for (const { name, migrations } of services) {
    if (migrations)
      await admin.query(`drop database if exists ${pg.escapeIdentifier(`${prefix}${plainName(name)}`)} with (force)`);
  }
}
