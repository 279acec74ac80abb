import { connectNodeAdapter } from "@connectrpc/connect-node";
import { Health } from "#gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "#gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ServerReflectionAlpha } from "#gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { healthRoutes, probe } from "../health.ts";
import { type Listener, listen } from "../listener.ts";
import { reflectionRoutes } from "../reflection.ts";
import { leanServer } from "./lean-server.ts";
import { addressed, register } from "./routes.ts";
import type { Running } from "./running.ts";
import type { Shared } from "./shared.ts";

/** Opens the port on which services of other processes call those of this one. */
export async function serveInside(
  running: readonly Running[],
  { config, readiness, stopping, log }: Shared,
): Promise<Listener> {
  const contracts = running.flatMap(({ service }) => service.serves.map(({ contract }) => contract));
  const routes = running.flatMap((one) => one.routes);
  for (const method of OpsService.methods) {
    const mine = running.flatMap(({ service, ops }) => {
      const route = ops.find((one) => one.method === method);
      return route ? [[service.name, route] as const] : [];
    });
    if (mine.length > 0) routes.push(addressed(new Map(mine), method));
  }
  const lean = leanServer(routes, (cause) => log.error({ cause }, "call from another process not answered"));
  const handler = connectNodeAdapter({
    shutdownSignal: stopping,
    routes(router) {
      register(router, routes, stopping);
      router.service(
        Health,
        healthRoutes(readiness, () => contracts.map(({ typeName }) => typeName)),
      );
      if (config.reflection) {
        const { v1, v1alpha } = reflectionRoutes(contracts);
        router.service(ServerReflection, v1).service(ServerReflectionAlpha, v1alpha);
      }
    },
  });
  return listen({
    host: config.host,
    port: config.port,
    graceMs: config.drain,
    handler(request, response) {
      if (probe(request, response, readiness) || lean(request, response)) return;
      try {
        handler(request, response);
      } catch {
        response.statusCode = 400; // a Host that is no address breaks the adapter before it looks at the call
        response.end();
      }
    },
  });
}
