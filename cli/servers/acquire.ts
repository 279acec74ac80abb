import { checkGiven, checkRunning } from "./check.ts";
import type { Kind } from "./kind.ts";
import { type Opening, openServer } from "./open.ts";
import type { ServerRecord } from "./record.ts";
import type { About } from "./servers.ts";

/** One server as it was got; `record` only when we started it. */
export interface Got extends About {
  readonly url: string;
  readonly record?: ServerRecord;
}

/** What is known before a server is got: the user's URL, another host's server, how to start one. */
export interface Prospects {
  readonly home: string;
  readonly url: string | undefined;
  readonly running: ServerRecord | undefined;
  readonly opening: Opening | undefined;
  readonly signal: AbortSignal;
}

/** Gets one server by the first that applies: the user's own, one that runs already, a new one. */
export async function acquire(kind: Kind, { home, url, running, opening, signal }: Prospects): Promise<Got> {
  if (url) {
    const version = await checkGiven(kind, url, signal);
    return { name: kind.name, how: "url", url, port: portOf(url, kind), version };
  }
  if (running) {
    const version = await checkRunning(kind, home, running, signal);
    return { ...described(kind, home, running), how: "running", version };
  }
  if (!opening) throw new Error(`nothing says how to start ${kind.name}`);
  const record = await openServer(kind, opening);
  return { ...described(kind, home, record), how: "started", record };
}

function described(kind: Kind, home: string, { name, version, pid, port, data }: ServerRecord): Omit<Got, "how"> {
  return { name, version, pid, port, data, url: kind.url(home, port) };
}

function portOf(url: string, { defaultPort }: Kind): number {
  return Number(URL.parse(url.split(",")[0] ?? "")?.port) || defaultPort;
}
