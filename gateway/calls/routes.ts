import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { type ConnectRouter, createConnectRouter } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { Health } from "#gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "#gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ServerReflectionAlpha } from "#gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { isOurs, maxBytesOf, nameOf, optionsOf } from "#mesh/contract.ts";
import type { Edge } from "#mesh/edge.ts";
import { healthRoutes } from "#mesh/health.ts";
import { reflectionRoutes } from "#mesh/reflection.ts";
import { type Forwarding, forward } from "./forward.ts";
import type { createGate } from "./gate.ts";
import { type Lean, leanOf, MAX_TIMEOUT_MS, PACKINGS } from "./lean.ts";
import { visitOf } from "./visit.ts";

/** What answers at a path. */
export interface PublicRoute {
  /** Takes every protocol. */
  readonly connect: UniversalHandler;
  /** Takes the usual request to a unary method of ours, at a fraction of the price. */
  readonly lean: Lean | undefined;
}

/** The methods that may be reached from outside. */
export const publicMethods = (contracts: readonly DescService[]): DescMethod[] =>
  contracts.flatMap(({ methods }) => methods).filter((method) => optionsOf(method).public);

/** What can be called: by path, in whatever protocol the caller speaks. What is not public is not there at all. */
export function routesOf(
  contracts: readonly DescService[],
  gate: ReturnType<typeof createGate>,
  parts: Forwarding,
  edge: Pick<Edge, "readiness" | "stopping">,
  { reflection, lean }: { readonly reflection: boolean; readonly lean: boolean },
): ReadonlyMap<string, PublicRoute> {
  const router = createConnectRouter({
    acceptCompression: PACKINGS,
    shutdownSignal: edge.stopping,
  });
  for (const method of publicMethods(contracts)) mount(router, method, gate, parts, edge.stopping);
  router.service(
    Health,
    healthRoutes(edge.readiness, () => contracts.map(({ typeName }) => typeName)),
  );
  if (reflection) {
    const { v1, v1alpha } = reflectionRoutes(contracts);
    router.service(ServerReflection, v1).service(ServerReflectionAlpha, v1alpha);
  }
  const leanFor = (method: DescMethod) =>
    lean && isOurs(method.parent) && method.methodKind === "unary" ? leanOf(parts, method, gate) : undefined;
  return new Map(router.handlers.map((connect) => [connect.requestPath, { connect, lean: leanFor(connect.method) }]));
}

function mount(
  router: ConnectRouter,
  method: DescMethod,
  gate: ReturnType<typeof createGate>,
  parts: Forwarding,
  stopping: AbortSignal,
): void {
  const streams = method.methodKind === "server_streaming";
  if (!streams && method.methodKind !== "unary")
    throw new Error(`${nameOf(method)} is public, but browsers cannot stream requests`);
  router.rpc(method, forward(parts, method), {
    readMaxBytes: maxBytesOf(method),
    maxTimeoutMs: MAX_TIMEOUT_MS,
    requestGate: (call) => gate(visitOf(call), call),
    // A stopping host ends streams, which their clients resume elsewhere; what is answered once is let finish.
    ...{ shutdownSignal: streams ? stopping : undefined },
  });
}
