import { errorToJsonBytes } from "@connectrpc/connect/protocol-connect";
import { type ExpectedFailure, toConnectError } from "#mesh/failure.ts";
import type { HandlerRequest, HandlerResponse } from "#mesh/listener/doors.ts";

/** An answer of the gateway itself, to what no method was reached by. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

type Extra = Readonly<Record<string, string>>;
const GRPC = /^application\/grpc/;
const GRPC_UNIMPLEMENTED = "12";

/** A text, for this once. */
export const reply = (status: number, type: string, body: string | Uint8Array, extra: Extra = {}): Reply => ({
  status,
  headers: { "content-type": type, "cache-control": "no-store", ...extra },
  body,
});

/** A refusal, in the shape that Connect gives to errors. */
export const refused = (status: number, failure: ExpectedFailure, requestId: string, extra: Extra = {}): Reply =>
  reply(status, "application/json", errorToJsonBytes(toConnectError(failure, requestId), undefined), extra);

/** Nothing is at this path; a gRPC client understands that only in its own words. */
export function nothingHere(request: HandlerRequest, failure: ExpectedFailure, requestId: string): Reply {
  const type = request.headers["content-type"] ?? "";
  if (!GRPC.test(type)) return refused(404, failure, requestId);
  return reply(200, type, "", { "grpc-status": GRPC_UNIMPLEMENTED, "grpc-message": failure.message });
}

/** Sends it below what every answer says; a 204 has no length to tell. */
export function send(response: HandlerResponse, head: Extra, { status, headers, body }: Reply): void {
  const length = status === 204 ? {} : { "content-length": Buffer.byteLength(body) };
  response.writeHead(status, { ...head, ...headers, ...length });
  response.end(body);
}
