import type { DescMethod } from "@bufbuild/protobuf";
import {
  type ConnectRouter,
  createRouterTransport,
  type HandlerContext,
  type MethodImpl,
  type Transport,
} from "@connectrpc/connect";
import { SERVICE_HEADER } from "../calls.ts";
import { maxBytesOf } from "../contract.ts";
import { meshFailure, toConnectError } from "../failure.ts";
import { type ChainParts, chain } from "../pipeline/chain.ts";
import type { AnyRpc, Served } from "../service.ts";
import { direct } from "./direct.ts";
import { MAX_TIMEOUT_MS, type Route } from "./route.ts";

/** Puts everything that a service serves behind the chain. */
export const routesOf = <Deps>(served: readonly Served<Deps>[], deps: Deps, parts: ChainParts): Route[] =>
  served.flatMap(({ contract, handlers }) =>
    contract.methods.map((method) => ({
      method,
      impl: chain(parts, method, handlerOf(handlers, method, deps)) as MethodImpl<DescMethod>,
    })),
  );

/** Registers routes, each with its own size limit. */
export function register(router: ConnectRouter, routes: readonly Route[], stopping: AbortSignal): void {
  // What is not given here is taken from the router, so every option that matters is given here.
  for (const { method, impl } of routes) {
    router.rpc(method, impl, {
      readMaxBytes: maxBytesOf(method),
      maxTimeoutMs: MAX_TIMEOUT_MS,
      // A stopping host ends streams, which their clients resume elsewhere; what is answered once is let finish.
      ...{ shutdownSignal: method.methodKind === "server_streaming" ? stopping : undefined },
    });
  }
}

/** One route for a method that several services of a process serve: the call says which of them it means. */
export function addressed(routes: ReadonlyMap<string, Route>, method: DescMethod): Route {
  const pick = (call: HandlerContext): Impl => {
    const [only] = routes.values();
    const found = routes.size === 1 ? only : routes.get(call.requestHeader.get(SERVICE_HEADER) ?? "");
    if (found) return found.impl as Impl;
    const words = `say whom you mean in ${SERVICE_HEADER}: ${[...routes.keys()].join(", ")}`;
    throw toConnectError(meshFailure("NOBODY_SERVES", { words, facts: { contract: method.parent.typeName } }), "");
  };
  return {
    method,
    impl: ((message: never, call: HandlerContext) => pick(call)(message, call)) as MethodImpl<DescMethod>,
  };
}

type Impl = (message: unknown, call: HandlerContext) => never;

function handlerOf<Deps>(handlers: Served<Deps>["handlers"], method: DescMethod, deps: Deps): AnyRpc {
  const make = handlers[method.localName];
  if (!make) throw new Error(`${method.parent.typeName} has no handler for ${method.name}`);
  return make(deps);
}

/** The same routes without a socket. */
export const inMemory = (routes: readonly Route[], stopping: AbortSignal): Transport =>
  direct(
    routes,
    createRouterTransport((router) => register(router, routes, stopping)),
  );
