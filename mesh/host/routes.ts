import type { DescMethod } from "@bufbuild/protobuf";
import { type ConnectRouter, createRouterTransport, type MethodImpl } from "@connectrpc/connect";
import { SERVICE_HEADER } from "../calls.ts";
import { maxBytesOf } from "../contract.ts";
import { type Answer, answerMessage } from "../encoded.ts";
import type { Incoming, LeanTransport } from "../exchange.ts";
import { meshFailure, toConnectError } from "../failure.ts";
import { type ChainParts, chain, type Wrapped } from "../pipeline/chain.ts";
import type { AnyRpc, Served } from "../service.ts";
import { direct } from "./direct.ts";
import { MAX_TIMEOUT_MS, type Route } from "./route.ts";

/** Puts everything that a service serves behind the chain. */
export const routesOf = <Deps>(served: readonly Served<Deps>[], deps: Deps, parts: ChainParts): Route[] =>
  served.flatMap(({ contract, handlers }) =>
    contract.methods.map((method) => ({ method, impl: chain(parts, method, handlerOf(handlers, method, deps)) })),
  );

/** Registers routes with Connect, each with its own size limit. */
export function register(router: ConnectRouter, routes: readonly Route[], stopping: AbortSignal): void {
  // What is not given here is taken from the router, so every option that matters is given here.
  for (const route of routes) {
    const { method } = route;
    router.rpc(method, inMessages(route), {
      readMaxBytes: maxBytesOf(method),
      maxTimeoutMs: MAX_TIMEOUT_MS,
      // A stopping host ends streams, which their clients resume elsewhere; what is answered once is let finish.
      ...{ shutdownSignal: method.methodKind === "server_streaming" ? stopping : undefined },
    });
  }
}

/** Connect writes answers itself: it needs them as messages, also where a handler has the bytes. */
function inMessages({ method, impl }: Route): MethodImpl<DescMethod> {
  const { output } = method;
  async function* streaming(...call: Parameters<Wrapped>) {
    for await (const answer of impl(...call) as AsyncIterable<Answer>) yield answerMessage(output, answer);
  }
  const unary = async (...call: Parameters<Wrapped>) => answerMessage(output, await (impl(...call) as Promise<Answer>));
  return (method.methodKind === "server_streaming" ? streaming : unary) as MethodImpl<DescMethod>;
}

/** One route for a method that several services of a process serve: the call says which of them it means. */
export function addressed(routes: ReadonlyMap<string, Route>, method: DescMethod): Route {
  const pick = (call: Incoming): Wrapped => {
    const [only] = routes.values();
    const found = routes.size === 1 ? only : routes.get(call.requestHeader.get(SERVICE_HEADER) ?? "");
    if (found) return found.impl;
    const words = `say whom you mean in ${SERVICE_HEADER}: ${[...routes.keys()].join(", ")}`;
    throw toConnectError(meshFailure("NOBODY_SERVES", { words, facts: { contract: method.parent.typeName } }), "");
  };
  return { method, impl: (message, call) => pick(call)(message, call) };
}

function handlerOf<Deps>(handlers: Served<Deps>["handlers"], method: DescMethod, deps: Deps): AnyRpc {
  const make = handlers[method.localName];
  if (!make) throw new Error(`${method.parent.typeName} has no handler for ${method.name}`);
  return make(deps);
}

/** The same routes without a socket. */
export const inMemory = (routes: readonly Route[], stopping: AbortSignal): LeanTransport =>
  direct(
    routes,
    createRouterTransport((router) => register(router, routes, stopping)),
  );
