import type { Cli, Env } from "../command.ts";
import { type Servers, startServers } from "../servers/index.ts";
import { givenServers, readSettings } from "./settings.ts";

/** The three servers, and the environment in which everything finds them. */
export interface Ground extends AsyncDisposable {
  readonly servers: Servers;
  /** With the database's administrator in it: for provisioning, not for services. */
  readonly env: Env;
  /** True when the database is our own and not one that the user named. */
  readonly own: boolean;
}

/** Finds the servers or starts them; what was started is stopped on disposal. */
export async function layGround(
  { env, home, signal, talk }: Pick<Cli, "env" | "home" | "signal" | "talk">,
  note: (line: string) => void = talk.say,
): Promise<Ground> {
  const settings = readSettings({ ...env, SKEIN_HOME: home });
  const given = givenServers(settings);
  const servers = await startServers({ home, durable: true, given, say: note, signal });
  const { DATABASE_URL_FILE: _d, REDIS_URL_FILE: _r, NATS_URL_FILE: _n, ...rest } = env;
  return {
    servers,
    own: given.postgres === undefined,
    env: {
      ...rest,
      SKEIN_HOME: home,
      DATABASE_URL: servers.postgres,
      REDIS_URL: servers.redis,
      NATS_URL: servers.nats,
    },
    [Symbol.asyncDispose]: () => servers[Symbol.asyncDispose](),
  };
}
