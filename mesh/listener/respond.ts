import { Http2ServerResponse } from "node:http2";
import type { HandlerResponse } from "./doors.ts";

/**
 * Sends a whole answer. Over HTTP/2 it goes to the stream itself: Node's imitation of HTTP/1 would check every header
 * twice, and hold the end back to ask for trailers that there are none of.
 */
export function respond(
  response: HandlerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): void {
  if (!(response instanceof Http2ServerResponse)) {
    response.writeHead(status, headers);
    response.end(body);
    return;
  }
  const { stream } = response;
  if (stream.destroyed || stream.closed) return; // there is nobody to answer
  response.statusCode = status; // whoever asks afterwards asks the response
  stream.respond({ ":status": status, ...headers });
  stream.end(body);
}
