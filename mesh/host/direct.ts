import {
  create,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { Code, ConnectError, createContextValues, type HandlerContext, type Transport } from "@connectrpc/connect";
import { maxBytesOf, nameOf } from "../contract.ts";
import { MAX_TIMEOUT_MS, type Route } from "./route.ts";

type Answer = Promise<MessageInitShape<DescMethod["output"]>>;
type Impl = (message: MessageShape<DescMethod["input"]>, call: HandlerContext) => Answer;

/**
 * The way to services of the same process: no HTTP, and yet all that HTTP would see to. Messages are serialised both ways,
 * so that nobody holds another's object; sizes, headers and errors are as over the wire. Streams take the longer way.
 */
export function direct(routes: readonly Route[], streams: Transport): Transport {
  const impls = new Map(routes.map(({ method, impl }) => [method, impl as Impl]));
  return {
    stream: (...call) => streams.stream(...call),
    async unary(method, signal, timeoutMs, header, input, values) {
      const impl = impls.get(method);
      if (!impl) throw new ConnectError(`${nameOf(method)} is not served here`, Code.Unimplemented);
      if (timeoutMs !== undefined && timeoutMs > MAX_TIMEOUT_MS)
        throw new ConnectError(`timeout ${timeoutMs}ms must be <= ${MAX_TIMEOUT_MS}`, Code.InvalidArgument);
      const bytes = toBinary(method.input, create(method.input, input));
      if (bytes.length > maxBytesOf(method)) {
        const words = `message size ${bytes.length} is larger than configured readMaxBytes ${maxBytesOf(method)}`;
        throw new ConnectError(words, Code.ResourceExhausted);
      }
      const responseHeader = new Headers();
      const over = new AbortController();
      const call: HandlerContext = {
        ...{ service: method.parent, method, protocolName: "connect", requestMethod: "POST" },
        ...{ url: `https://in-memory/${nameOf(method)}`, signal: signal ?? over.signal, timeoutMs: () => timeoutMs },
        ...{ requestHeader: new Headers(header), responseHeader, responseTrailer: new Headers() },
        values: values ?? createContextValues(),
      };
      try {
        const answer = await impl(fromBinary(method.input, bytes), call);
        const message = fromBinary(method.output, toBinary(method.output, create(method.output, answer as never)));
        const { service, responseTrailer: trailer } = call;
        return { stream: false, service, method, header: responseHeader, message: message as never, trailer };
      } catch (thrown) {
        throw asOverTheWire(thrown, responseHeader);
      }
    },
  };
}

/** What a caller would read of an error: no cause, no identity, and the headers that were set before it. */
function asOverTheWire(thrown: unknown, headers: Headers): ConnectError {
  const error = ConnectError.from(thrown);
  const metadata = new Headers(headers);
  for (const [name, value] of error.metadata) metadata.set(name, value);
  const told = new ConnectError(error.rawMessage, error.code, metadata);
  told.details = error.details.map((detail) =>
    "desc" in detail
      ? { type: detail.desc.typeName, value: toBinary(detail.desc, create(detail.desc, detail.value)) }
      : detail,
  );
  return told;
}
