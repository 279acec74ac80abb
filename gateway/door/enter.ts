import { createContextValues } from "@connectrpc/connect";
import { isOurs } from "#mesh/contract.ts";
import type { HandlerRequest, HandlerResponse } from "#mesh/listener/doors.ts";
import { isUsual } from "../calls/lean.ts";
import type { PublicRoute } from "../calls/routes.ts";
import { openVisit, type Visit, visitKey } from "../calls/visit.ts";
import { failure } from "../failures.ts";
import { clientAddress } from "./address.ts";
import { callRoute } from "./call-route.ts";
import type { Door } from "./handler.ts";
import type { Identifiers } from "./identifiers.ts";
import { refused, send } from "./reply.ts";

/** What the door knows of a request, and what every answer to it says. */
export interface Arrival {
  readonly request: HandlerRequest;
  readonly response: HandlerResponse;
  readonly head: Readonly<Record<string, string>>;
  readonly authority: string;
  readonly identifiers: Identifiers;
}

/** Lets a request in to its method, and sees to it that it ends with an answer and a line in the log. */
export function enter(door: Pick<Door, "deps" | "timings">, route: PublicRoute, arrival: Arrival): void {
  const { request, response, head, authority, identifiers } = arrival;
  const visit = isOurs(route.connect.service) ? visited(door, route, arrival) : undefined;
  const answered =
    visit && route.lean && isUsual(request, authority)
      ? route.lean({ request, response, visit, head })
      : byConnect(route, arrival, visit);
  answered.catch((thrown) => {
    door.deps.log.debug({ request_id: identifiers.requestId, cause: thrown }, "request broken off");
    // Once an answer has begun, only an end without an end mark can say that it is not whole.
    if (response.headersSent) response.destroy();
    else send(response, head, refused(400, failure("REQUEST_MALFORMED"), identifiers.requestId));
  });
}

/** Opens the books on a call, and closes them when the connection is done with it. */
function visited({ deps, timings }: Pick<Door, "deps" | "timings">, route: PublicRoute, arrival: Arrival): Visit {
  const { request, response, identifiers } = arrival;
  const forwarded = request.headers["x-forwarded-for"];
  const chain = Array.isArray(forwarded) ? forwarded.join(",") : forwarded;
  const address = clientAddress(request.socket.remoteAddress ?? "", chain, deps.config.trustedProxies);
  const { clock, log } = deps;
  const visit = openVisit({ clock, log, timings }, route.connect.method, identifiers, address);
  // HTTP/2 has no time-out of its own for bodies that trickle.
  const patience = deps.timers.after(deps.config.requestTimeout, () => void (visit.begun() || response.destroy()));
  response.once("close", () => {
    patience[Symbol.dispose]();
    visit.end(response.headersSent ? response.statusCode : 0);
  });
  return visit;
}

async function byConnect({ connect }: PublicRoute, arrival: Arrival, visit: Visit | undefined): Promise<void> {
  const { request, response, head } = arrival;
  for (const [name, value] of Object.entries(head)) response.setHeader(name, value);
  await callRoute(connect, request, response, createContextValues().set(visitKey, visit));
}
