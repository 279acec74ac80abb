import type { Env } from "./command.ts";
import { type Fleet, startOnFreePorts } from "./fleet/fleet.ts";
import { splitPosts, withoutAdministrator } from "./fleet/posts.ts";

/** A mesh of one process per service. Disposing drains and ends all of them. */
export interface Split extends AsyncDisposable {
  /** Where each is reached: services by each other, the gateway by everybody. They stay the same when a process is started again. */
  readonly urls: Readonly<Record<string, string>>;
  /** Where each tells its health and its metrics. */
  readonly adminUrls: Readonly<Record<string, string>>;
  /** As they are now. */
  readonly pids: Readonly<Record<string, number>>;
  /** Ends a process as a crash would, and waits for its end; it is started again by itself. */
  kill(name: string): Promise<void>;
  /** Waits until a process serves (again). */
  ready(name: string): Promise<void>;
}

/** How a split mesh is started. */
export interface SplitOptions {
  /** Read as main.ts reads it. Databases, keys and servers must be there; GATEWAY_PORT 0 takes a free one. */
  readonly env?: Env;
  readonly onLine?: (line: { readonly process: string; readonly text: string }) => void;
  readonly signal?: AbortSignal;
}

/** Starts one child process per service over h2c on free loopback ports. They end with this process, however it ends. */
export async function startSplit(
  names: readonly string[],
  { env = process.env, onLine, signal }: SplitOptions = {},
): Promise<Split> {
  const bare = env.DATABASE_URL ? withoutAdministrator(env, env.DATABASE_URL) : env;
  const nobody = { onReady: () => undefined, onDeath: () => undefined };
  const watcher = { ...nobody, onLine: (process: string, text: string) => onLine?.({ process, text }) };
  return opened(
    await startOnFreePorts(() => splitPosts(names, bare), watcher, { edgesMs: 5_000, restMs: 3_000 }, signal),
  );
}

function opened(fleet: Fleet): Split {
  const addresses = [...fleet.told].map(([name, { port, edges }]) => [name, edges[name] ?? `http://127.0.0.1:${port}`]);
  const admins = [...fleet.told].map(([name, { adminPort }]) => [name, `http://127.0.0.1:${adminPort}`]);
  return {
    urls: Object.fromEntries(addresses),
    adminUrls: Object.fromEntries(admins),
    get pids() {
      return Object.fromEntries(fleet.kept.map(({ name, pid }) => [name, pid]));
    },
    kill: (name) => fleet.of(name).kill(),
    ready: async (name) => void (await fleet.of(name).ready()),
    [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
  };
}
