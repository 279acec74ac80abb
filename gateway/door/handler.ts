import type { UniversalHandler } from "@connectrpc/connect/protocol";
import type { Edge } from "#mesh/edge.ts";
import type { Handler, HandlerRequest, HandlerResponse } from "#mesh/listener/doors.ts";
import { traceparent } from "#mesh/telemetry/trace.ts";
import type { Timings } from "../calls/timings.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { answerHeaders, originOf, preflightHeaders } from "./cors.ts";
import { enter } from "./enter.ts";
import { identifiersOf } from "./identifiers.ts";
import { index, probe } from "./pages.ts";
import { nothingHere, type Reply, refused, reply, send } from "./reply.ts";

/** What the door stands on. */
export interface Door {
  readonly deps: Deps;
  readonly routes: ReadonlyMap<string, UniversalHandler>;
  readonly timings: Timings;
  readonly readiness: Edge["readiness"];
}

/** Takes every request that reaches the public port, and answers each of them, however broken. */
export function createDoor(door: Door): Handler {
  return (request, response) => {
    const identifiers = identifiersOf(request, door.deps);
    response.setHeader("x-request-id", identifiers.requestId);
    response.setHeader("traceparent", traceparent(identifiers.trace));
    response.setHeader("x-content-type-options", "nosniff");
    response.setHeader("vary", "Accept-Encoding, Authorization, Origin, Skein-Token");
    const next = decide(door, request, response, identifiers.requestId);
    if ("status" in next) send(response, next);
    else enter(door, next, request, response, identifiers);
  };
}

/** Finds the method that a request means, or the answer that it gets without one. */
function decide(
  { deps: { config, offered }, readiness, routes }: Door,
  request: HandlerRequest,
  response: HandlerResponse,
  requestId: string,
): UniversalHandler | Reply {
  const path = request.url?.split("?", 1)[0] ?? "";
  const reading = request.method === "GET" || request.method === "HEAD";
  const found = reading ? probe(path, readiness) : undefined;
  if (found) return found;
  const authority = ("authority" in request ? request.authority : undefined) ?? request.headers.host ?? "";
  if (!answersTo(authority, config.hosts)) return refused(421, failure("HOST_REFUSED"), requestId);
  const origin = originOf(request.headers.origin, authority, config.origins);
  if (origin.kind === "foreign") return refused(403, failure("ORIGIN_REFUSED"), requestId);
  if (request.method === "OPTIONS") {
    if (origin.kind === "listed") return reply(204, "text/plain", "", preflightHeaders(origin.origin));
    return refused(405, failure("METHOD_NOT_ALLOWED"), requestId, { allow: "GET, POST" });
  }
  if (origin.kind === "listed") {
    for (const [name, value] of Object.entries(answerHeaders(origin.origin))) response.setHeader(name, value);
  }
  const route = routes.get(path);
  if (route) return route;
  return path === "/" && reading
    ? index(request, offered, authority)
    : nothingHere(request, failure("NOTHING_HERE"), requestId);
}

function answersTo(authority: string, hosts: readonly string[]): boolean {
  return hosts.length === 0 || hosts.includes(authority.toLowerCase().replace(/:\d*$/, ""));
}
