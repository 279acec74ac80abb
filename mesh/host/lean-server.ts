import { Code, ConnectError } from "@connectrpc/connect";
import { codeToHttpStatus, errorToJsonBytes, parseTimeout } from "@connectrpc/connect/protocol-connect";
import { maxBytesOf } from "../contract.ts";
import type { CallHeaders } from "../exchange.ts";
import { ClientLeft, readBody } from "../listener/body.ts";
import type { HandlerRequest, HandlerResponse } from "../listener/doors.ts";
import { respond } from "../listener/respond.ts";
import { answerOf } from "./direct.ts";
import { MAX_TIMEOUT_MS, type Route } from "./route.ts";

/**
 * Answers the calls that other processes of the mesh make: unary, binary, neither packed nor asking for packing. False
 * means that a request is none of these, and Connect's own affair.
 */
export function leanServer(
  routes: readonly Route[],
  failed: (cause: unknown) => void,
): (request: HandlerRequest, response: HandlerResponse) => boolean {
  const unary = routes.filter(({ method }) => method.methodKind === "unary");
  const byPath = new Map(unary.map((route) => [`/${route.method.parent.typeName}/${route.method.name}`, route]));
  return (request, response) => {
    const route = isUsual(request) ? byPath.get(request.url ?? "") : undefined;
    if (!route) return false;
    answer(route, request, response, failed).catch((cause) => {
      failed(cause);
      response.destroy();
    });
    return true;
  };
}

const isUsual = ({ method, headers }: HandlerRequest): boolean =>
  method === "POST" &&
  headers["content-type"] === "application/proto" &&
  headers["content-encoding"] === undefined &&
  headers["accept-encoding"] === undefined;

async function answer(
  route: Route,
  request: HandlerRequest,
  response: HandlerResponse,
  failed: (cause: unknown) => void,
): Promise<void> {
  const arrived = performance.now();
  const header: CallHeaders = new Map();
  const gone = new AbortController();
  const leave = () => gone.abort(GONE);
  try {
    const wish = parseTimeout(String(request.headers["connect-timeout-ms"] ?? "") || null, MAX_TIMEOUT_MS);
    if (wish.error) throw wish.error;
    const body = await readBody(request, maxBytesOf(route.method));
    const timeoutMs = wish.timeoutMs && wish.timeoutMs - (performance.now() - arrived);
    response.once("close", leave);
    const asked = { method: route.method, header: allOf(request), body, signal: gone.signal, timeoutMs };
    write(response, 200, "application/proto", header, await answerOf(route, asked, header));
  } catch (thrown) {
    if (thrown instanceof ClientLeft) return;
    if (!(thrown instanceof ConnectError)) failed(thrown); // an answer that cannot be written: the chain knows nothing of it
    const error = thrown instanceof ConnectError ? thrown : new ConnectError("internal error", Code.Internal);
    for (const [name, value] of error.metadata) header.set(name, value);
    write(response, codeToHttpStatus(error.code), "application/json", header, errorToJsonBytes(error, undefined));
  } finally {
    response.off("close", leave);
  }
}

const GONE = new ConnectError("the caller left", Code.Canceled);

function write(response: HandlerResponse, status: number, type: string, header: CallHeaders, body: Uint8Array): void {
  const said: Record<string, string> = { "content-type": type, "content-length": String(body.length) };
  for (const [name, value] of header) said[name] = value;
  respond(response, status, said, body);
}

function allOf({ headers }: HandlerRequest): CallHeaders {
  const all: CallHeaders = new Map();
  for (const name in headers) if (!name.startsWith(":")) all.set(name, String(headers[name]));
  return all;
}
