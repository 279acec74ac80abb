import type { DescMethod } from "@bufbuild/protobuf";
import { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { SERVICE_HEADER } from "#mesh/calls.ts";
import type { Edge } from "#mesh/edge.ts";
import { byMessage, headersOf, type LeanTransport } from "#mesh/exchange.ts";
import { failure } from "../failures.ts";

/** Served by every service that keeps a log: a call says in the header Skein-Service which of them it means. */
export const servedByMany = [OpsService];

const many = new Set(servedByMany.map(({ typeName }) => typeName));

/** Sends each call to whoever serves its contract, and where many do, to the one that its caller names. */
export function addressed({ transport, at, keepers }: Pick<Edge, "transport" | "at" | "keepers">): LeanTransport {
  const to = (method: DescMethod, named: () => string | null | undefined): LeanTransport => {
    if (!many.has(method.parent.typeName)) return transport;
    const service = named() ?? "";
    if (keepers.includes(service)) return at(service);
    throw failure(service ? "SERVICE_UNKNOWN" : "SERVICE_UNNAMED", { facts: { services: keepers.join(", ") } });
  };
  const exchange: LeanTransport["exchange"] = async (call) =>
    to(call.method, () => call.header.get(SERVICE_HEADER)).exchange(call);
  return {
    exchange,
    unary: byMessage(exchange),
    stream: async (method, signal, timeoutMs, header, input, values) =>
      to(method, () => headersOf(header).get(SERVICE_HEADER)).stream(method, signal, timeoutMs, header, input, values),
  };
}
