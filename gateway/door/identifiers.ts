import type { Lent } from "#mesh/lent.ts";
import type { HandlerRequest } from "#mesh/listener/doors.ts";
import { childOf, parseTraceparent, startTrace, type Trace } from "#mesh/telemetry/trace.ts";

/** What may be taken over from outside into logs and headers. */
const SANE = /^[\w.-]{1,64}$/;

/** By what a request is found again. */
export interface Identifiers {
  readonly requestId: string;
  readonly trace: Trace;
}

/** Takes over what the client brought, as long as it is sane, and makes the rest. */
export function identifiersOf({ headers }: HandlerRequest, { ids, chance }: Lent): Identifiers {
  const given = headers["x-request-id"];
  const requestId = typeof given === "string" && SANE.test(given) ? given : ids.next();
  const above = headers.traceparent;
  const parent = parseTraceparent(typeof above === "string" ? above : undefined);
  return { requestId, trace: parent ? childOf(parent, chance) : startTrace(chance) };
}
