import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";
import { codeFromHttpStatus, errorFromJsonBytes } from "@connectrpc/connect/protocol-connect";
import type { Http2SessionManager } from "@connectrpc/connect-node";
import type { Answered, Asked, CallHeaders } from "../exchange.ts";
import { tellLost } from "./lost-peer.ts";

/**
 * Takes calls to a peer as bytes: a request and an answer of the Connect protocol, unpacked, on the session that the
 * library keeps alive, verifies and replaces. What Connect's client does besides is left out, because nothing here needs it.
 */
export function leanClient(sessions: Http2SessionManager): (call: Asked) => Promise<Answered> {
  return async (call) => {
    const { method, signal, body } = call;
    const timeoutMs = bounded(call.timeoutMs);
    const { promise, resolve, reject } = Promise.withResolvers<Answered>();
    let stream: ClientHttp2Stream | undefined;
    let over: ConnectError | undefined;
    const end = (why: ConnectError) => {
      over ??= why;
      reject(over);
      stream?.close(constants.NGHTTP2_CANCEL);
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => end(late()), timeoutMs);
    const give = () => end(ConnectError.from(signal?.reason, Code.Canceled));
    if (signal?.aborted) give();
    else signal?.addEventListener("abort", give, { once: true });
    const begin = (made: ClientHttp2Stream) => {
      stream = made;
      read(stream, () => sessions.notifyResponseByteRead(made), resolve, reject);
      if (over)
        stream.close(constants.NGHTTP2_CANCEL); // while there was no connection yet
      else stream.end(body);
    };
    if (!over) {
      const path = `/${method.parent.typeName}/${method.name}`;
      sessions.request("POST", path, headersOf(call, timeoutMs), {}).then(begin, reject);
    }
    try {
      return await promise;
    } catch (error) {
      throw over ?? tellLost(error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", give);
    }
  };
}

const late = () => new ConnectError("the operation timed out", Code.DeadlineExceeded);

const bounded = (timeoutMs: number | undefined): number | undefined =>
  timeoutMs !== undefined && timeoutMs > 0 && Number.isFinite(timeoutMs) ? Math.ceil(timeoutMs) : undefined;

function headersOf({ header, body }: Asked, timeoutMs: number | undefined): Record<string, string> {
  const headers: Record<string, string> = {
    "content-type": "application/proto",
    "content-length": String(body.length),
    "connect-protocol-version": "1",
  };
  if (timeoutMs !== undefined) headers["connect-timeout-ms"] = String(timeoutMs);
  for (const [name, value] of header) headers[name] = value;
  return headers;
}

/** Reads an answer; only a whole one counts, whatever the stream says when it ends. */
function read(
  stream: ClientHttp2Stream,
  heard: () => void,
  resolve: (answer: Answered) => void,
  reject: (error: unknown) => void,
): void {
  const chunks: Buffer[] = [];
  let head: IncomingHttpHeaders | undefined;
  let cause: unknown;
  stream.on("response", (headers) => {
    head = headers;
  });
  stream.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    heard();
  });
  stream.on("error", (error) => {
    cause = error;
  });
  stream.on("close", () => reject(brokenOff(stream.rstCode, cause))); // says nothing any more after an answer
  stream.on("end", () => {
    const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    if (!head || stream.aborted || Number(head["content-length"] ?? body.length) !== body.length) return;
    try {
      resolve(answerIn(head, body));
    } catch (error) {
      reject(error);
    }
  });
}

function answerIn(head: IncomingHttpHeaders, body: Buffer): Answered {
  const header: CallHeaders = new Map();
  for (const name in head) if (!name.startsWith(":")) header.set(name, String(head[name]));
  const status = Number(head[":status"]);
  const type = head["content-type"] ?? "";
  if (status === 200 && type === "application/proto") return { header, body };
  const metadata = new Headers([...header]);
  if (status === 200) throw new ConnectError(`unsupported content type ${type}`, Code.Internal, metadata);
  const error = new ConnectError(`HTTP ${status}`, codeFromHttpStatus(status), metadata);
  throw type.startsWith("application/json") ? errorFromJsonBytes(body, metadata, error) : error;
}

/** A stream that the peer refused was never looked at, which is worth knowing apart: even a mutation may be sent again. */
function brokenOff(rstCode: number | undefined, cause: unknown): ConnectError {
  const refused = rstCode === constants.NGHTTP2_REFUSED_STREAM;
  const words = refused ? "NGHTTP2_REFUSED_STREAM" : `the stream ended with code ${rstCode ?? "none"}`;
  return new ConnectError(words, refused ? Code.Unavailable : Code.Internal, undefined, undefined, cause);
}
