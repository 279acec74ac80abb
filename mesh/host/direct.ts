import { create, type DescMethod, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { maxBytesOf, nameOf } from "../contract.ts";
import { type Answer, answerBytes } from "../encoded.ts";
import {
  type Answered,
  type Asked,
  byMessage,
  type CallHeaders,
  type LeanTransport,
  requestMessage,
} from "../exchange.ts";
import { MAX_TIMEOUT_MS, type Route } from "./route.ts";

/**
 * The way to services of the same process: no HTTP, and yet all that HTTP would see to. Messages travel as bytes both
 * ways, so that nobody holds another's object; sizes, headers and errors are as over the wire. Streams take the longer way.
 */
export function direct(routes: readonly Route[], streams: Transport): LeanTransport {
  const all = new Map<DescMethod, Route>(routes.map((route) => [route.method, route]));
  const exchange = async (call: Asked): Promise<Answered> => {
    const route = all.get(call.method);
    if (!route) throw new ConnectError(`${nameOf(call.method)} is not served here`, Code.Unimplemented);
    if (call.timeoutMs !== undefined && call.timeoutMs > MAX_TIMEOUT_MS)
      throw new ConnectError(`timeout ${call.timeoutMs}ms must be <= ${MAX_TIMEOUT_MS}`, Code.InvalidArgument);
    const most = maxBytesOf(call.method);
    if (call.body.length > most) {
      const words = `message size ${call.body.length} is larger than configured readMaxBytes ${most}`;
      throw new ConnectError(words, Code.ResourceExhausted);
    }
    const header: CallHeaders = new Map();
    try {
      return { header, body: await answerOf(route, call, header) };
    } catch (thrown) {
      throw asOverTheWire(thrown, header);
    }
  };
  return { exchange, unary: byMessage(exchange), stream: (...call) => streams.stream(...call) };
}

/** Lets a route answer: its request is read once, here, and so is its answer written. */
export async function answerOf({ method, impl }: Route, call: Asked, header: CallHeaders): Promise<Uint8Array> {
  const { signal = new AbortController().signal, timeoutMs } = call;
  const incoming = { requestHeader: call.header, responseHeader: header, signal, timeoutMs: () => timeoutMs };
  const answer = await (impl(requestMessage(method, call.body), incoming) as Promise<Answer>);
  return answerBytes(method.output, answer);
}

/** What a caller would read of an error: no cause, no identity, and the headers that were set before it. */
function asOverTheWire(thrown: unknown, headers: CallHeaders): ConnectError {
  const error = ConnectError.from(thrown);
  const metadata = new Headers([...headers]);
  for (const [name, value] of error.metadata) metadata.set(name, value);
  const told = new ConnectError(error.rawMessage, error.code, metadata);
  told.details = error.details.map((detail) =>
    "desc" in detail
      ? { type: detail.desc.typeName, value: toBinary(detail.desc, create(detail.desc, detail.value)) }
      : detail,
  );
  return told;
}
