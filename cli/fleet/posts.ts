import type { Env } from "../command.ts";
import { freePort } from "../servers/port.ts";
import type { Post } from "./keeper.ts";

/** An environment without the administrator of the database: services find their own roles, whose passwords come from their keys. */
export function withoutAdministrator(env: Env, database: string): Env {
  const bare = new URL(database);
  bare.username = "";
  bare.password = "";
  const { DATABASE_URL_FILE: _file, PGUSER: _user, PGPASSWORD: _password, PGPASSFILE: _passfile, ...rest } = env;
  return { ...rest, DATABASE_URL: bare.href };
}

/** All services in one process, which need no port among themselves. */
export const onePost = (name: string, services: readonly string[], env: Env): Post[] => [
  { name, services, env: { ...env, MESH_PORT: "-1", MESH_PEERS: "" } },
];

/** One process per service, each knowing where the others are. The connections to the database are divided among them. */
export async function splitPosts(services: readonly string[], env: Env): Promise<Post[]> {
  const ports = new Map(await distinct(services));
  const connections = Math.max(4, Math.floor(Number(env.DATABASE_CONNECTIONS || 96) / services.length));
  const addresses = services.map((name) => `${name}=http://127.0.0.1:${ports.get(name)?.port}`).join(",");
  return services.map((name) => ({
    name,
    services: [name],
    env: {
      ...env,
      MESH_HOST: "127.0.0.1",
      MESH_PORT: String(ports.get(name)?.port),
      MESH_PEERS: addresses,
      DATABASE_CONNECTIONS: String(connections),
      ADMIN_PORT: name === "gateway" && env.ADMIN_PORT ? env.ADMIN_PORT : String(ports.get(name)?.adminPort),
    },
  }));
}

/** Free ports, two for each name. They are asked for one after the other: two at once might get the same. */
async function distinct(names: readonly string[]): Promise<[string, { port: number; adminPort: number }][]> {
  const taken = new Set<number>();
  const next = async (): Promise<number> => {
    const port = await freePort();
    if (taken.has(port)) return next();
    taken.add(port);
    return port;
  };
  const found: [string, { port: number; adminPort: number }][] = [];
  for (const name of names) found.push([name, { port: await next(), adminPort: await next() }]);
  return found;
}
