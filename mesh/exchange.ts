import {
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodUnary,
  type DescService,
  fromBinary,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport, type UnaryResponse } from "@connectrpc/connect";

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
    return new MessageAnswer(method, fromBinary(method.output, answer.body), answer.header);
  };

/**
 * Hardly anybody asks for headers, and they cost more than to read a small answer. A class, for getters in an object that is
 * made for each call cost a shape of their own, and whatever they know of outlives the call by far.
 */
class MessageAnswer<I extends DescMessage, O extends DescMessage> implements UnaryResponse<I, O> {
  readonly stream = false;
  readonly service: DescService;
  readonly method: DescMethodUnary<I, O>;
  readonly message: MessageShape<O>;
  readonly #headers: CallHeaders;
  constructor(method: DescMethodUnary<I, O>, message: MessageShape<O>, headers: CallHeaders) {
    this.service = method.parent;
    this.method = method;
    this.message = message;
    this.#headers = headers;
  }
  get header(): Headers {
    return new Headers([...this.#headers]);
  }
  get trailer(): Headers {
    return new Headers();
  }
}

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
