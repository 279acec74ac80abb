import type { DescMethod } from "@bufbuild/protobuf";
import { type ConnectRouter, createRouterTransport, type MethodImpl, type Transport } from "@connectrpc/connect";
import { maxBytesOf } from "../contract.ts";
import { type ChainParts, chain } from "../pipeline/chain.ts";
import type { AnyRpc, Served } from "../service.ts";

/** Deadlines beyond this are refused by the adapter; each method's own is far below. */
const MAX_TIMEOUT_MS = 10 * 60 * 1000;

/** Registers everything a service serves, each method behind the chain and with its own size limit. */
export function routesOf<Deps>(
  served: readonly Served<Deps>[],
  deps: Deps,
  parts: ChainParts,
  stopping: AbortSignal,
): (router: ConnectRouter) => void {
  const methods = served.flatMap(({ contract, handlers }) =>
    contract.methods.map((method) => ({ method, impl: chain(parts, method, handlerOf(handlers, method, deps)) })),
  );
  return (router) => {
    // What is not given here is taken from the router, so every option that matters is given here.
    for (const { method, impl } of methods) {
      router.rpc(method, impl as MethodImpl<DescMethod>, {
        readMaxBytes: maxBytesOf(method),
        maxTimeoutMs: MAX_TIMEOUT_MS,
        // A stopping host ends streams, which their clients resume elsewhere; what is answered once is let finish.
        ...{ shutdownSignal: method.methodKind === "server_streaming" ? stopping : undefined },
      });
    }
  };
}

function handlerOf<Deps>(handlers: Served<Deps>["handlers"], method: DescMethod, deps: Deps): AnyRpc {
  const make = handlers[method.localName];
  if (!make) throw new Error(`${method.parent.typeName} has no handler for ${method.name}`);
  return make(deps);
}

/** The same routes without a socket: serialised, validated and limited as over the wire. */
export const inMemory = (routes: (router: ConnectRouter) => void): Transport => createRouterTransport(routes);
