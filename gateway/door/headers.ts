import type { IncomingHttpHeaders } from "node:http";
import type { LogPosition } from "#gen/skein/common/v1/consistency_pb.ts";
import { SERVICE_HEADER } from "#mesh/calls.ts";
import { encodePositions, TOKEN_HEADER } from "#mesh/consistency.ts";
import type { CallHeaders } from "#mesh/exchange.ts";

/** What a client may say to the service behind its call, besides what the gateway says about the client. */
const INWARD = ["idempotency-key", SERVICE_HEADER];
/** What a service may say to the client beside its answer. */
const OUTWARD = ["skein-spent"];
/** Headers of this family say who calls whom inside the mesh; from outside they are nobody's word, but for two. */
const OURS = /^skein-/;
const SAID = new Set([TOKEN_HEADER, SERVICE_HEADER]);

/** The headers that travel on with a call. A list of what passes, so that nothing else ever does. */
export function inward(headers: CallHeaders, known: readonly LogPosition[] = []): CallHeaders {
  const picked = pick(headers, INWARD);
  if (known.length > 0) picked.set(TOKEN_HEADER, encodePositions(known)); // inside without the seal
  return picked;
}

/** What the gateway reads of a request's headers, and nothing else. */
const READ = ["authorization", TOKEN_HEADER, ...INWARD];

/** Those headers, out of what the client sent. */
export function fromClient(headers: IncomingHttpHeaders): CallHeaders {
  const found: CallHeaders = new Map();
  for (const name of READ) {
    const value = headers[name];
    if (value !== undefined) found.set(name, String(value));
  }
  return found;
}

/** Copies what may pass from a service's answer to the client's. */
export function passBack(from: CallHeaders, to: CallHeaders): void {
  for (const [name, value] of pick(from, OUTWARD)) to.set(name, value);
}

/** Takes away from a request whatever only the mesh itself may say. */
export function dropOurs(headers: Headers): void {
  for (const name of [...headers.keys()]) if (OURS.test(name) && !SAID.has(name)) headers.delete(name);
}

function pick(headers: CallHeaders, names: readonly string[]): CallHeaders {
  const picked: CallHeaders = new Map();
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null && value !== undefined) picked.set(name, value);
  }
  return picked;
}
