import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { Replay } from "#gen/skein/options/v1/options_pb.ts";
import { encodePositions, positionsKnown, TOKEN_HEADER, WROTE_HEADER } from "./consistency.ts";
import { type Context, current } from "./context.ts";
import { isMutation, isOurs, nameOf, optionsOf } from "./contract.ts";
import { type Asked, byMessage, type CallHeaders, headersOf, type LeanTransport } from "./exchange.ts";
import { ACTOR_HEADER, CLIENT_HEADER, HOP_HEADER, signHop } from "./identity/hop.ts";
import type { Keyring } from "./identity/keyring.ts";
import type { Lent } from "./lent.ts";
import { traceparent } from "./telemetry/trace.ts";

/** Names the service that a call is meant for: some contracts are served by every service. */
export const SERVICE_HEADER = "skein-service";

/** What calls out of a service stand on. */
export interface Caller {
  readonly keyring: Keyring;
  readonly lent: Lent;
  /** The service that serves a contract. */
  readonly ownerOf: (contract: DescService) => string;
  /** Only the outermost service retries; otherwise one failure is multiplied at every hop. */
  readonly retries: boolean;
}

/**
 * Puts the one call policy around a transport: proof of who calls, the account behind it, request and trace ids, what is
 * left of the deadline, cancellation, what was written so far, and a single retry where repeating is harmless.
 */
export function callPolicy(transport: LeanTransport, caller: Caller): LeanTransport {
  const prepare = ({ method, signal, timeoutMs, header }: Omit<Asked, "body">): Omit<Asked, "body"> => {
    const context = current();
    if (context) context.spent.rpc++;
    const allowed = isOurs(method.parent) ? optionsOf(method).deadlineMs : NO_END;
    return {
      method,
      signal: eitherOf(signal, context?.signal),
      timeoutMs: Math.min(timeoutMs ?? NO_END, context?.timeoutMs() ?? NO_END, allowed),
      header: headersFor(caller, method, context, header),
    };
  };
  const attempt = async (asked: Asked) => {
    const answer = await transport.exchange({ ...prepare(asked), body: asked.body });
    const wrote = answer.header.get(WROTE_HEADER);
    if (wrote) current()?.noted.heard.push(wrote);
    return answer;
  };
  const exchange: LeanTransport["exchange"] = async (asked) => {
    try {
      return await attempt(asked);
    } catch (error) {
      // A refused stream was never looked at: the peer is going away, and even a mutation may be sent again.
      const again =
        refused(error) ||
        (caller.retries && repeatable(asked.method) && ConnectError.from(error).code === Code.Unavailable);
      if (!again) throw error;
      await caller.lent.timers.sleep(10 + caller.lent.chance.below(40), asked.signal ?? current()?.signal);
      return await attempt(asked);
    }
  };
  return {
    exchange,
    unary: byMessage(exchange),
    async stream(method, signal, timeoutMs, header, input, values) {
      const ready = prepare({ method, signal, timeoutMs, header: headersOf(header) });
      // A stream outlives the deadline of a unary call: only the caller's own wish bounds it.
      return transport.stream(method, ready.signal, timeoutMs, [...ready.header], input, values);
    },
  };
}

const NO_END = Number.POSITIVE_INFINITY;

const eitherOf = (one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined =>
  one && other && one !== other ? AbortSignal.any([one, other]) : (one ?? other);

function headersFor(
  { keyring, lent, ownerOf }: Caller,
  method: DescMethod,
  context: Context | undefined,
  given: CallHeaders,
): CallHeaders {
  const headers = new Map(given); // a retry starts from what was given
  const assertion = headers.get(ACTOR_HEADER) ?? context?.assertion ?? "";
  const client = headers.get(CLIENT_HEADER) ?? context?.clientAddress ?? "";
  const callee = ownerOf(method.parent);
  headers.set(SERVICE_HEADER, callee);
  const proof = signHop(keyring, callee, { method: nameOf(method), assertion, client }, lent.clock.now());
  headers.set(HOP_HEADER, proof);
  if (assertion) headers.set(ACTOR_HEADER, assertion);
  if (client) headers.set(CLIENT_HEADER, client);
  if (context) {
    headers.set("x-request-id", context.requestId);
    headers.set("traceparent", traceparent(context.trace));
    const known = headers.get(TOKEN_HEADER) ?? tokenOf(context);
    if (known) headers.set(TOKEN_HEADER, known);
  }
  return headers;
}

/** What a call's own calls wrote, later ones of it must see as well. */
const tokenOf = (context: Context): string | null | undefined =>
  context.noted.heard.length > 0 ? encodePositions(positionsKnown(context)) : context.headers.get(TOKEN_HEADER);

const refused = (error: unknown): boolean =>
  error instanceof Error && /NGHTTP2_REFUSED_STREAM/.test(`${error.message} ${String(error.cause)}`);

const repeatable = (method: DescMethod): boolean =>
  !isMutation(method) || (isOurs(method.parent) && optionsOf(method).replay === Replay.NATURAL);
