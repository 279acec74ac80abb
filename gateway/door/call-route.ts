import type { ContextValues } from "@connectrpc/connect";
import type { UniversalHandler, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from "@connectrpc/connect-node";
import { isOurs } from "#mesh/contract.ts";
import type { HandlerRequest, HandlerResponse } from "#mesh/listener/doors.ts";
import { withCaching } from "./caching.ts";
import { dropOurs } from "./headers.ts";
import { blameSender } from "./malformed.ts";

/** Lets Connect answer one request. Rejects if the request was not even fit to be handed to it. */
export async function callRoute(
  route: UniversalHandler,
  request: HandlerRequest,
  response: HandlerResponse,
  values: ContextValues,
): Promise<void> {
  const incoming = universalRequestFromNodeRequest(request, response, undefined, values);
  dropOurs(incoming.header);
  const answer = challenged(await blameSender(await route(incoming)));
  const ready = isOurs(route.service)
    ? await withCaching(route.method, incoming.method, incoming.header.get("if-none-match"), answer)
    : answer;
  await universalResponseToNodeResponse(ready, response);
}

/** A 401 must say what would have helped, also when it came from a service. */
function challenged(answer: UniversalServerResponse): UniversalServerResponse {
  if (answer.status !== 401 || answer.header?.has("www-authenticate")) return answer;
  const header = new Headers(answer.header);
  header.set("WWW-Authenticate", "Bearer");
  return { ...answer, header };
}
