import { createContextValues } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { isOurs } from "#mesh/contract.ts";
import type { HandlerRequest, HandlerResponse } from "#mesh/listener/doors.ts";
import { openVisit, visitKey } from "../calls/visit.ts";
import { failure } from "../failures.ts";
import { clientAddress } from "./address.ts";
import { callRoute } from "./call-route.ts";
import type { Door } from "./handler.ts";
import type { Identifiers } from "./identifiers.ts";
import { refused, send } from "./reply.ts";

/** Lets a request in to its method, and sees to it that it ends with an answer and a line in the log. */
export function enter(
  { deps, timings }: Pick<Door, "deps" | "timings">,
  route: UniversalHandler,
  request: HandlerRequest,
  response: HandlerResponse,
  identifiers: Identifiers,
): void {
  const values = createContextValues();
  if (isOurs(route.service)) {
    const forwarded = request.headers["x-forwarded-for"];
    const chain = Array.isArray(forwarded) ? forwarded.join(",") : forwarded;
    const address = clientAddress(request.socket.remoteAddress ?? "", chain, deps.config.trustedProxies);
    const visit = openVisit({ ...deps, timings }, route.method, identifiers, address);
    values.set(visitKey, visit);
    // HTTP/2 has no time-out of its own for bodies that trickle.
    const patience = deps.timers.after(deps.config.requestTimeout, () => void (visit.begun || response.destroy()));
    response.once("close", () => {
      patience[Symbol.dispose]();
      visit.end(response.headersSent ? response.statusCode : 0);
    });
  }
  callRoute(route, request, response, values).catch((thrown) => {
    deps.log.debug({ request_id: identifiers.requestId, cause: thrown }, "request broken off");
    // Once an answer has begun, only an end without an end mark can say that it is not whole.
    if (response.headersSent) response.destroy();
    else send(response, refused(400, failure("REQUEST_MALFORMED"), identifiers.requestId));
  });
}
