import { createHash } from "node:crypto";
import { type Migration, Migrator } from "@mikro-orm/migrations";
import { MikroORM } from "@mikro-orm/postgresql";
import { meshMigrations } from "./migrations.ts";
import { connect } from "./provision.ts";
import { type Sql, sql } from "./sql.ts";

/** A migration as services list it. */
export type MigrationClass = new (...args: ConstructorParameters<typeof Migration>) => Migration;

const LOCK = 7266;

/** Brings a database up to date as its owner; replicas that do it at once wait for each other. Returns what was run. */
export async function migrate(ownerUrl: string, migrations: readonly MigrationClass[]): Promise<string[]> {
  await using lock = await connect(ownerUrl);
  await lock.query("select pg_advisory_lock($1)", [LOCK]);
  const orm = await MikroORM.init({
    clientUrl: ownerUrl,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    logger: () => undefined, // what was run is returned; the caller says it
    extensions: [Migrator],
    migrations: {
      migrationsList: [...meshMigrations, ...migrations],
      tableName: "migration",
      snapshot: false,
      disableForeignKeys: false,
    },
    driverOptions: { max: 1, options: "-c lock_timeout=2s -c timezone=UTC" },
  });
  try {
    return (await orm.migrator.up()).map(({ name }) => name);
  } finally {
    await orm.close(true);
  }
}

/** How many migrations a database still lacks. One that is ahead of this code lacks none: old code may run on it. */
export async function lacking(
  query: <Row>(statement: Sql) => Promise<Row[]>,
  migrations: readonly MigrationClass[],
): Promise<number> {
  const [row] = await query<{ done: number }>(sql`select count(*)::int as done from migration`);
  return Math.max(0, meshMigrations.length + migrations.length - (row?.done ?? 0));
}

/** Changes with the list and the text of the migrations: databases of equal schemas can be copied. */
export function schemaHash(migrations: readonly MigrationClass[]): string {
  const text = [...meshMigrations, ...migrations].map(String).join("\n");
  return createHash("sha1").update(text).digest("hex").slice(0, 12);
}
