import type { DescMethod, MessageInitShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { createHandlerContext } from "@connectrpc/connect";
import { Health } from "#gen/grpc/health/v1/health_pb.ts";
import { createRevocations } from "../identity/revocations.ts";
import { realLent } from "../lent.ts";
import { type ChainParts, chain } from "../pipeline/chain.ts";
import { createLimiter } from "../pipeline/limiter.ts";
import type { AnyRpc } from "../service.ts";
import { createLogger } from "../telemetry/logger.ts";
import { createMetrics } from "../telemetry/metrics.ts";

/** A chain without a mesh around it, for methods that no contract of ours has; it writes its log into `lines`. */
export function bareParts(lines: string[]): ChainParts {
  const destination = { write: (line: string) => void lines.push(line) };
  return {
    service: "content",
    guard: {
      keyring: undefined as never,
      readAssertion: undefined as never,
      revocations: createRevocations(),
      mayCall: () => true,
    },
    lent: realLent(),
    limiter: createLimiter(10),
    streams: createLimiter(10),
    metrics: createMetrics(),
    log: createLogger({ level: "debug", service: "content", destination }),
    fingerprintKey: new Uint8Array(32),
    strictBudgets: false,
    incarnation: async () => "",
    admit: async () => ({ from: "gateway", actor: undefined, assertion: "", clientAddress: "" }),
  };
}

/** Calls a handler through such a chain. */
export function callBare<M extends DescMethod>(
  parts: ChainParts,
  method: M,
  rpc: AnyRpc,
  request: MessageInitShape<M["input"]>,
  requestSignal?: AbortSignal,
) {
  const about = { protocolName: "connect", requestMethod: "POST", url: "" };
  const call = createHandlerContext({
    service: Health,
    method: method as never,
    ...about,
    ...(requestSignal && { requestSignal }),
  });
  return chain(parts, method, rpc)(create(method.input, request) as never, call);
}
