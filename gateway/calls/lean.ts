import { type DescMethod, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { compressionNegotiate, createMethodSerializationLookup } from "@connectrpc/connect/protocol";
import { codeToHttpStatus, errorToJsonBytes, parseTimeout } from "@connectrpc/connect/protocol-connect";
import { compressionBrotli, compressionGzip } from "@connectrpc/connect-node";
import { maxBytesOf } from "#mesh/contract.ts";
import type { CallHeaders } from "#mesh/exchange.ts";
import { ClientLeft, readBody } from "#mesh/listener/body.ts";
import type { HandlerRequest, HandlerResponse } from "#mesh/listener/doors.ts";
import { respond } from "#mesh/listener/respond.ts";
import { deadlineOf } from "#mesh/pipeline/deadline.ts";
import { fromClient } from "../door/headers.ts";
import { type Forwarding, forwardBytes } from "./forward.ts";
import type { createGate } from "./gate.ts";
import type { Visit } from "./visit.ts";

/** Longer wishes are refused; each method's own limit is far below. */
export const MAX_TIMEOUT_MS = 10 * 60 * 1000;
/** What answers may be packed with, and from which size on that is worth it. */
export const PACKINGS = [compressionGzip, compressionBrotli];
const PACK_FROM = 1_024;
const UNLIMITED = 2 ** 32 - 1;

const UNARY = /^application\/(?:json(?:; ?charset=utf-?8)?|proto)$/i;
const AUTHORITY = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** Whether a request is the usual one: a unary POST of Connect, not packed. All others are Connect's own affair. */
export function isUsual({ method, headers }: HandlerRequest, authority: string): boolean {
  const packing = headers["content-encoding"];
  const whole = packing === undefined || packing === "identity";
  return method === "POST" && whole && UNARY.test(headers["content-type"] ?? "") && AUTHORITY.test(authority);
}

/** A request and where its answer goes; `head` is what every answer of the door says. */
export interface Entry {
  readonly request: HandlerRequest;
  readonly response: HandlerResponse;
  readonly visit: Visit;
  readonly head: Readonly<Record<string, string>>;
}

/** Takes the usual request without Connect's machinery: the same gate, limits, errors and headers, bytes passed on unread. */
export type Lean = (entry: Entry) => Promise<void>;

/** The lean path to one method. */
export function leanOf(parts: Forwarding, method: DescMethod, gate: ReturnType<typeof createGate>): Lean {
  const most = maxBytesOf(method);
  const limits = { readMaxBytes: most, writeMaxBytes: UNLIMITED };
  const serialization = createMethodSerializationLookup(method, undefined, undefined, limits);
  const [asJson, toJson] = [serialization.getI(false), serialization.getO(false)];

  async function answer({ request, response, visit }: Entry, json: boolean, responseHeader: CallHeaders) {
    const { clock } = parts.lent;
    const requestHeader = fromClient(request.headers);
    await gate(visit, { requestHeader, responseHeader });
    const wish = parseTimeout(textOf(request.headers["connect-timeout-ms"]), MAX_TIMEOUT_MS);
    if (wish.error) throw wish.error;
    const end = wish.timeoutMs === undefined ? undefined : visit.now.getTime() + wish.timeoutMs;
    const timeoutMs = () => (end === undefined ? undefined : end - clock.now().getTime());
    const sent = await readBody(request, most);
    using deadline = deadlineOf(method, { timeoutMs }, parts.lent);
    const leave = () => deadline.end(new ConnectError("the client left", Code.Canceled));
    response.once("close", leave);
    const body = json ? toBinary(method.input, asJson.parse(sent) as never) : sent;
    const call = { requestHeader, responseHeader, signal: deadline.signal, timeoutMs, protocolName: "connect" };
    const found = await forwardBytes(parts, visit, call, body);
    response.off("close", leave);
    return json ? toJson.serialize(fromBinary(method.output, found) as never) : found;
  }

  return async (entry) => {
    const { request, response, head } = entry;
    const json = /json/i.test(request.headers["content-type"] ?? "");
    const header: CallHeaders = new Map();
    let status = 200;
    let type = json ? "application/json" : "application/proto";
    const body = await answer(entry, json, header).catch((thrown: unknown) => {
      if (thrown instanceof ClientLeft) return undefined;
      const error = asTold(thrown);
      status = codeToHttpStatus(error.code);
      type = "application/json";
      if (!error.isWireError) for (const [name, value] of error.metadata) header.set(name, value);
      if (status === 401 && !header.has("www-authenticate")) header.set("www-authenticate", "Bearer");
      return errorToJsonBytes(error, undefined);
    });
    if (!body) return;
    const packing = body.length < PACK_FROM ? undefined : packingFor(request);
    const packed = packing ? await packing.compress(body) : body;
    const said: Record<string, string> = {
      ...head,
      "content-type": type,
      "content-length": String(packed.length),
      "cache-control": "no-store",
    };
    for (const [name, value] of header) said[name] = value;
    if (packing) said["content-encoding"] = packing.name;
    respond(response, status, said, packed);
  };
}

const asTold = (thrown: unknown): ConnectError =>
  thrown instanceof ConnectError
    ? thrown
    : new ConnectError("internal error", Code.Internal, undefined, undefined, thrown);

const packingFor = ({ headers }: HandlerRequest) =>
  compressionNegotiate(PACKINGS, null, textOf(headers["accept-encoding"]), "accept-encoding").response;

const textOf = (header: string | string[] | undefined): string | null => (header === undefined ? null : String(header));
