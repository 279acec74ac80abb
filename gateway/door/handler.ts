import type { Edge } from "#mesh/edge.ts";
import type { Handler, HandlerRequest } from "#mesh/listener/doors.ts";
import { traceparent } from "#mesh/telemetry/trace.ts";
import type { PublicRoute } from "../calls/routes.ts";
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
  readonly routes: ReadonlyMap<string, PublicRoute>;
  readonly timings: Timings;
  readonly readiness: Edge["readiness"];
}

/** Takes every request that reaches the public port, and answers each of them, however broken. */
export function createDoor(door: Door): Handler {
  return (request, response) => {
    const identifiers = identifiersOf(request, door.deps);
    const head: Record<string, string> = {
      "x-request-id": identifiers.requestId,
      traceparent: traceparent(identifiers.trace),
      "x-content-type-options": "nosniff",
      vary: "Accept-Encoding, Authorization, Origin, Skein-Token",
    };
    const authority = ("authority" in request ? request.authority : undefined) ?? request.headers.host ?? "";
    const next = decide(door, request, head, authority);
    if ("status" in next) send(response, head, next);
    else enter(door, next, { request, response, head, authority, identifiers });
  };
}

/** Finds the method that a request means, or the answer that it gets without one. */
function decide(
  { deps: { config, offered }, readiness, routes }: Door,
  request: HandlerRequest,
  head: Record<string, string>,
  authority: string,
): PublicRoute | Reply {
  const requestId = head["x-request-id"] ?? "";
  const path = request.url?.split("?", 1)[0] ?? "";
  const reading = request.method === "GET" || request.method === "HEAD";
  const found = reading ? probe(path, readiness) : undefined;
  if (found) return found;
  if (!answersTo(authority, config.hosts)) return refused(421, failure("HOST_REFUSED"), requestId);
  const origin = originOf(request.headers.origin, authority, config.origins);
  if (origin.kind === "foreign") return refused(403, failure("ORIGIN_REFUSED"), requestId);
  if (request.method === "OPTIONS") {
    if (origin.kind === "listed") return reply(204, "text/plain", "", preflightHeaders(origin.origin));
    return refused(405, failure("METHOD_NOT_ALLOWED"), requestId, { allow: "GET, POST" });
  }
  if (origin.kind === "listed") Object.assign(head, answerHeaders(origin.origin));
  const route = routes.get(path);
  if (route) return route;
  return path === "/" && reading
    ? index(request, offered, authority)
    : nothingHere(request, failure("NOTHING_HERE"), requestId);
}

function answersTo(authority: string, hosts: readonly string[]): boolean {
  return hosts.length === 0 || hosts.includes(authority.toLowerCase().replace(/:\d*$/, ""));
}
