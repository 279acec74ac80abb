import type { DescService } from "@bufbuild/protobuf";
import type { LeanTransport } from "./exchange.ts";
import { meshFailure, toConnectError } from "./failure.ts";

/** A transport that picks the real one per contract: in memory if the service runs here, HTTP/2 if not. */
export function switchboard(find: (contract: DescService) => LeanTransport | undefined): LeanTransport {
  const to = (contract: DescService): LeanTransport => {
    const found = find(contract);
    if (found) return found;
    throw toConnectError(
      meshFailure("NOBODY_SERVES", { facts: { contract: contract.typeName }, retryAfterMs: 1_000 }),
      "",
    );
  };
  return {
    exchange: async (call) => to(call.method.parent).exchange(call),
    unary: async (method, ...rest) => to(method.parent).unary(method, ...rest),
    stream: async (method, ...rest) => to(method.parent).stream(method, ...rest),
  };
}
