import { join, resolve } from "node:path";
import { readConfig } from "#mesh/config.ts";
import { meshConfig } from "#mesh/host/mesh-config.ts";
import { refuseRetention } from "#mesh/host/retention.ts";
import { everything } from "../../main.ts";
import type { Env } from "../command.ts";

/** Every setting of the mesh and of its services, by who reads it. */
export const specs = { mesh: meshConfig, ...Object.fromEntries(everything.map(({ name, config }) => [name, config])) };

/** The names of all services. */
export const names: readonly string[] = everything.map(({ name }) => name);

/** Reads all settings; whatever is wrong is thrown in one table. */
export const readSettings = (env: Env) => {
  const read = readConfig(specs, env);
  refuseRetention(read.values.mesh as Parameters<typeof refuseRetention>[0], read.values);
  return read;
};

/** The value of the mesh's own settings. */
export type MeshSettings = Readonly<{
  home: string;
  keys: string;
  database: string;
  databasePrefix: string;
  adminPort: number;
}>;

/** The mesh's own settings out of all. */
export const meshOf = ({ values }: ReturnType<typeof readSettings>): MeshSettings =>
  values.mesh as unknown as MeshSettings;

/** Servers that the user names himself; what has its default is ours to find. */
export function givenServers({ values, sources }: ReturnType<typeof readSettings>): {
  postgres?: string;
  redis?: string;
  nats?: string;
} {
  const mesh = values.mesh as unknown as { database: string; redis: string; nats: string };
  const own = (name: string, value: string) => (sources.get(name)?.from === "default" ? undefined : value);
  const [postgres, redis, nats] = [
    own("DATABASE_URL", mesh.database),
    own("REDIS_URL", mesh.redis),
    own("NATS_URL", mesh.nats),
  ];
  return { ...(postgres && { postgres }), ...(redis && { redis }), ...(nats && { nats }) };
}

/** The folder with everybody's keys. */
export const keyFolder = ({ home, keys }: Pick<MeshSettings, "home" | "keys">): string =>
  resolve(keys || join(home, "keys"));
