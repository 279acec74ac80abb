import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { getHeapStatistics } from "node:v8";
import { probe } from "./health.ts";
import type { Readiness } from "./readiness.ts";
import type { Metrics } from "./telemetry/metrics.ts";

/** The operator's window into one host. */
export type Admin = AsyncDisposable & { readonly port: number; readonly url: string };

export type AdminOptions = {
  /** Loopback if absent. */
  readonly host?: string;
  readonly port: number;
  readonly readiness: Readiness;
  readonly metrics: Pick<Metrics, "text" | "contentType">;
  /** The configuration in force, secrets already taken out. */
  readonly config: () => string;
  /** Names other than this machine's own that a request may address, such as the pod's IP for a scraper. */
  readonly hosts?: readonly string[];
};

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Serves `/metrics`, `/livez`, `/readyz`, `/debug/config` and `/debug/heap`, read-only. A request whose Host is not one
 * of ours is refused, so that no web page can reach it by pointing its own name at this machine.
 */
export async function openAdmin(options: AdminOptions): Promise<Admin> {
  const known = new Set([...LOOPBACK, ...(options.hosts ?? [])]);
  const server = createServer({ headersTimeout: 5_000, requestTimeout: 10_000 }, (request, response) => {
    if (!known.has(hostnameOf(request))) return answer(response, 403, TEXT, "not addressed to this host\n");
    if (probe(request, response, options.readiness)) return;
    if (request.method !== "GET" && request.method !== "HEAD") return answer(response, 405, TEXT, "read only\n");
    show(options, request, response).catch(() => answer(response, 500, TEXT, "could not be read\n"));
  });
  server.listen(options.port, options.host ?? "127.0.0.1");
  await once(server, "listening");
  server.on("error", () => {}); // a connection that could not be accepted is the caller's loss, not the host's end
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

const TEXT = "text/plain; charset=utf-8";
const JSON_TYPE = "application/json";

async function show({ metrics, config }: AdminOptions, request: IncomingMessage, response: ServerResponse) {
  switch (request.url?.split("?", 1)[0]) {
    case "/metrics":
      return answer(response, 200, metrics.contentType, await metrics.text());
    case "/debug/config":
      return answer(response, 200, TEXT, config());
    case "/debug/heap":
      return answer(response, 200, JSON_TYPE, `${JSON.stringify(memory(), null, 2)}\n`);
    default:
      return answer(response, 404, TEXT, "no such page\n");
  }
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  const headers = { "content-type": type, "cache-control": "no-store", "x-content-type-options": "nosniff" };
  response.writeHead(status, headers).end(body);
}

// Without the port, and in lower case; two Host headers never get here, Node refuses them.
function hostnameOf(request: IncomingMessage): string {
  return (request.headers.host ?? "").toLowerCase().replace(/:\d*$/, "");
}

function memory() {
  const active: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) active[kind] = (active[kind] ?? 0) + 1;
  return { uptimeSeconds: process.uptime(), memory: process.memoryUsage(), heap: getHeapStatistics(), active };
}
