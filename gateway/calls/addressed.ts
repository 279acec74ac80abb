import type { DescMethod } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { SERVICE_HEADER } from "#mesh/calls.ts";
import type { Edge } from "#mesh/edge.ts";
import { failure } from "../failures.ts";

/** Served by every service that keeps a log: a call says in the header Skein-Service which of them it means. */
export const servedByMany = [OpsService];

const many = new Set(servedByMany.map(({ typeName }) => typeName));

/** Sends each call to whoever serves its contract, and where many do, to the one that its caller names. */
export function addressed({ transport, at, keepers }: Pick<Edge, "transport" | "at" | "keepers">): Transport {
  const to = (method: DescMethod, given: HeadersInit | undefined): Transport => {
    if (!many.has(method.parent.typeName)) return transport;
    const service = new Headers(given).get(SERVICE_HEADER) ?? "";
    if (keepers.includes(service)) return at(service);
    throw failure(service ? "SERVICE_UNKNOWN" : "SERVICE_UNNAMED", { facts: { services: keepers.join(", ") } });
  };
  return {
    unary: async (method, signal, timeoutMs, header, input, values) =>
      to(method, header).unary(method, signal, timeoutMs, header, input, values),
    stream: async (method, signal, timeoutMs, header, input, values) =>
      to(method, header).stream(method, signal, timeoutMs, header, input, values),
  };
}
