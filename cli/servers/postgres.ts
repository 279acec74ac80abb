import { join } from "node:path";
import { passwordOf } from "./home.ts";
import type { Kind } from "./kind.ts";
import { postgresBinary } from "./postgres-binary.ts";
import { connect } from "./postgres-client.ts";
import { postgresData } from "./postgres-data.ts";
import { clearPostmaster } from "./postmaster.ts";
import { Preflight } from "./preflight.ts";

/** PostgreSQL from npm. */
export const postgres: Kind = {
  name: "postgres",
  variable: "DATABASE_URL",
  defaultPort: 5432,
  url: (home, port) => `postgres://skein:${passwordOf(home) ?? ""}@127.0.0.1:${port}/postgres`,
  greet: async (url) => {
    try {
      const client = await connect(url);
      const { rows } = await client.query("show server_version").finally(() => client.end());
      return String(rows[0]?.server_version);
    } catch (error) {
      // Starting up or recovering is worth waiting for, a wrong password is not.
      if (!/^28/.test((error as { code?: string }).code ?? "")) throw error;
      throw new Preflight(
        "POSTGRES_REFUSED",
        `PostgreSQL refuses the login (${(error as Error).message})`,
        "mend the password in DATABASE_URL, or start afresh: ./skein reset",
        error,
      );
    }
  },
  prepare: async (place, durable) => {
    const native = await postgresBinary(place);
    const data = await postgresData(place, native, durable);
    const orphan = await clearPostmaster(data);
    if (orphan) place.say(`stopped a PostgreSQL (pid ${orphan}) that an earlier host had left on ${data}`);
    return {
      data,
      patienceMs: 60_000, // recovery after a crash
      launch: (port) => ({
        file: join(native, "bin", "postgres"),
        args: ["-D", data, ...settings(port, durable)],
        ...(place.user && { user: place.user }),
      }),
    };
  },
};

function settings(port: number, durable: boolean): string[] {
  const common = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "", // a socket's path may not exceed some 100 bytes, a home's may
    max_connections: 400,
    shared_buffers: "128MB",
    timezone: "UTC",
    log_timezone: "UTC",
    log_checkpoints: "off",
    // A young server makes a new file of its log every few seconds. To write it full of zeros first holds up every commit.
    wal_init_zero: "off",
  };
  const fleeting = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
  return Object.entries(durable ? common : { ...common, ...fleeting }).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
}
