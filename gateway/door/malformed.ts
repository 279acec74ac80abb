import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import { errorFromJsonBytes, errorToJsonBytes } from "@connectrpc/connect/protocol-connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";

/** How the library calls a request that is no message of the method: an error of its own, and so `internal`. */
const MALFORMED = "parse binary";
const GRPC_INTERNAL = String(Code.Internal);

/** A body that cannot be read is its sender's mistake, whatever the library says of it. */
export async function blameSender(answer: UniversalServerResponse): Promise<UniversalServerResponse> {
  if (answer.status === 500 && answer.body) return inConnect(answer);
  if (answer.trailer) return inGrpc(answer, answer.trailer);
  return answer;
}

async function inConnect(answer: UniversalServerResponse): Promise<UniversalServerResponse> {
  const parts: Uint8Array[] = [];
  for await (const part of answer.body ?? []) parts.push(part);
  const body = Buffer.concat(parts);
  const error = errorFromJsonBytes(body, undefined, new ConnectError("", Code.Unknown));
  const blamed = error.rawMessage.startsWith(MALFORMED);
  const bytes = blamed ? errorToJsonBytes(new ConnectError(error.rawMessage, Code.InvalidArgument), undefined) : body;
  const header = new Headers(answer.header);
  header.delete("content-length");
  return { ...answer, status: blamed ? 400 : 500, header, body: once(bytes) };
}

// The status of gRPC comes behind the body, so it can be mended only when that has ended.
function inGrpc(answer: UniversalServerResponse, trailer: Headers): UniversalServerResponse {
  async function* mended(): AsyncGenerator<Uint8Array> {
    yield* answer.body ?? [];
    const words = decodeURIComponent(trailer.get("grpc-message") ?? "");
    if (trailer.get("grpc-status") !== GRPC_INTERNAL || !words.startsWith(MALFORMED)) return;
    trailer.delete("grpc-status-details-bin");
    setTrailerStatus(trailer, new ConnectError(words, Code.InvalidArgument));
  }
  return { ...answer, body: mended() };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
