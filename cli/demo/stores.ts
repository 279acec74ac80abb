import { openKeyring } from "#mesh/identity/keyring.ts";
import { type Db, openDatabase } from "#mesh/store/database.ts";
import { urlsOf } from "#mesh/store/provision.ts";
import { everything } from "../../main.ts";
import type { Env } from "../command.ts";
import { keyFolder, meshOf, readSettings } from "../install/settings.ts";

/** The databases of the services, by their names, each opened in the role of its service. */
export type Stores = ReadonlyMap<string, Db>;

const CONNECTIONS = 4;

/**
 * Opens the database of every service that has one. Nothing of the services themselves runs in this process: what is
 * written here is carried by those that run already.
 */
export async function openStores(env: Env, scope: AsyncDisposableStack): Promise<Stores> {
  const mesh = meshOf(readSettings(env));
  const folder = keyFolder(mesh);
  const keeping = everything.filter(({ migrations }) => migrations !== undefined);
  const opened = keeping.map(async ({ name: service }) => {
    const { data: url } = urlsOf(mesh.database, mesh.databasePrefix, openKeyring(folder, service));
    const db = await openDatabase({ url, service, entities: [], connections: CONNECTIONS });
    scope.use(db);
    return [service, db] as const;
  });
  return new Map(await Promise.all(opened));
}

/** The database of one service. */
export function storeOf(stores: Stores, service: string): Db {
  const db = stores.get(service);
  if (!db) throw new Error(`${service} has no database here`);
  return db;
}
