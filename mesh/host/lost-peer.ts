import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { meshFailure, toConnectError } from "../failure.ts";

/** How the library calls a connection that broke, was closed or could not be used; the peer itself never said any of it. */
const BROKEN: ReadonlySet<Code> = new Set([Code.Internal, Code.Unknown, Code.Aborted, Code.Canceled]);

/** Tells a peer that vanished in the middle of a call from one that failed: the first may be asked again. */
export function tellLost(error: unknown): unknown {
  const lost = error instanceof ConnectError && !error.isWireError && BROKEN.has(error.code);
  return lost ? toConnectError(meshFailure("PEER_LOST", { cause: error, retryAfterMs: 500 }), "") : error;
}

/** The same for streams, which may lose their peer at any message. */
export function tellLostPeers(transport: Pick<Transport, "stream">): Pick<Transport, "stream"> {
  return {
    async stream(method, signal, ...rest) {
      const told = (error: unknown) => (signal?.aborted ? error : tellLost(error));
      try {
        const answer = await transport.stream(method, signal, ...rest);
        return { ...answer, message: watched(answer.message, told) };
      } catch (error) {
        throw told(error);
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
