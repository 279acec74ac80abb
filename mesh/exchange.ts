import { create, type DescMethod, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";

// The lean path of unary calls: from the gateway's port to the handler and back, messages stay bytes.

/** Headers by their lower-case names. A `Map` is all that our own paths need; what Connect hands us is one as well. */
export interface CallHeaders extends Iterable<[string, string]> {
  get(name: string): string | null | undefined;
  set(name: string, value: string): unknown;
  has(name: string): boolean;
  delete(name: string): unknown;
  keys(): Iterable<string>;
}

/** A call on its way to a handler. */
export interface Incoming {
  readonly requestHeader: CallHeaders;
  readonly responseHeader: CallHeaders;
  readonly signal: AbortSignal;
  timeoutMs(): number | undefined;
}

/** A unary call whose request nobody on the way reads. */
export interface Asked {
  readonly method: DescMethod;
  readonly header: CallHeaders;
  readonly body: Uint8Array;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
}

/** Its answer. */
export interface Answered {
  readonly header: CallHeaders;
  readonly body: Uint8Array;
}

/** A way to services on which a unary call may be taken as bytes; it fails with a `ConnectError`, as `unary` does. */
export interface LeanTransport extends Transport {
  exchange(call: Asked): Promise<Answered>;
}

/** The same exchange for whoever has messages, as every generated client. */
export const byMessage =
  (exchange: LeanTransport["exchange"]): Transport["unary"] =>
  async (method, signal, timeoutMs, header, input) => {
    const body = toBinary(method.input, create(method.input, input));
    const answer = await exchange({ method, header: headersOf(header), body, signal, timeoutMs });
    return {
      ...{ stream: false, service: method.parent, method },
      message: fromBinary(method.output, answer.body),
      // Hardly anybody asks, and they cost more than reading a small answer.
      get header() {
        return new Headers([...answer.header]);
      },
      get trailer() {
        return new Headers();
      },
    };
  };

/** A request's message; what cannot be read is its sender's mistake, in the words that Connect has for it. */
export function requestMessage(method: DescMethod, body: Uint8Array) {
  try {
    return fromBinary(method.input, body);
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectError(`parse binary: ${words}`, Code.InvalidArgument);
  }
}

/** Headers of our own making out of what a client gave. */
export function headersOf(given: HeadersInit | undefined): CallHeaders {
  return new Map(given === undefined ? [] : new Headers(given));
}
