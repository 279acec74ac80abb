import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { meshFailure, toConnectError } from "../failure.ts";

/** How the library calls a connection that broke, was closed or could not be used; the peer itself never said any of it. */
const BROKEN: ReadonlySet<Code> = new Set([Code.Internal, Code.Unknown, Code.Aborted, Code.Canceled]);

/** Tells a peer that vanished in the middle of a call from one that failed: the first may be asked again. */
export function tellLostPeers(transport: Transport): Transport {
  const told = (error: unknown, signal: AbortSignal | undefined): unknown => {
    const lost = error instanceof ConnectError && !error.isWireError && BROKEN.has(error.code) && !signal?.aborted;
    return lost ? toConnectError(meshFailure("PEER_LOST", { cause: error, retryAfterMs: 500 }), "") : error;
  };
  return {
    unary: (method, signal, ...rest) =>
      transport.unary(method, signal, ...rest).catch((error: unknown) => {
        throw told(error, signal);
      }),
    async stream(method, signal, ...rest) {
      try {
        const answer = await transport.stream(method, signal, ...rest);
        return { ...answer, message: watched(answer.message, (error) => told(error, signal)) };
      } catch (error) {
        throw told(error, signal);
      }
    },
  };
}

async function* watched<T>(messages: AsyncIterable<T>, told: (error: unknown) => unknown): AsyncGenerator<T> {
  try {
    yield* messages;
  } catch (error) {
    throw told(error);
  }
}
