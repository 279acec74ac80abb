import type { Edge } from "#mesh/edge.ts";
import { type Listener, listen } from "#mesh/listener.ts";
import { createLimiter } from "#mesh/pipeline/limiter.ts";
import { addressed, servedByMany } from "./calls/addressed.ts";
import { createGate } from "./calls/gate.ts";
import { publicMethods, routesOf } from "./calls/routes.ts";
import { createTimings } from "./calls/timings.ts";
import type { Deps } from "./deps.ts";
import { createDoor } from "./door/handler.ts";

const TLS_HINT = "client spoke TLS to the plaintext port: add -plaintext (grpcurl) or use http://";

/** Opens the public port: every public method of the mesh, in every protocol, and nothing else. */
export async function openEdge(deps: Deps, edge: Edge): Promise<Listener> {
  const { config, log } = deps;
  const contracts = new Set([...edge.contracts, ...(edge.keepers.length > 0 ? servedByMany : [])]);
  const offered = [...contracts].filter((contract) => publicMethods([contract]).length > 0);
  deps.offered.splice(0, Number.POSITIVE_INFINITY, ...offered);
  deps.keepers.splice(0, Number.POSITIVE_INFINITY, ...edge.keepers);
  const limiter = createLimiter(config.maxInFlight);
  const { revocations, metrics, readiness } = edge;
  const gate = createGate({ identify: deps.identify, limits: deps.limits, tokens: deps.tokens, revocations, metrics });
  const routes = routesOf(
    offered,
    gate,
    { transport: addressed(edge), lent: deps, limiter, tokens: deps.tokens, revocations, metrics },
    edge,
    config,
  );
  const door = createDoor({ deps, routes, readiness, timings: createTimings(metrics.registry) });
  const listener = await listen({
    host: config.host,
    port: config.port,
    handler: door,
    limits: {
      maxSockets: config.maxConnections,
      headerTimeoutMs: config.headerTimeout,
      requestTimeoutMs: config.requestTimeout,
    },
    graceMs: config.drain,
    onTlsHello: () => log.warn(TLS_HINT),
    onError: (cause) => log.error({ cause }, "public port"),
  });
  log.info({ url: listener.url, methods: publicMethods(offered).length }, "public port open");
  return listener;
}
