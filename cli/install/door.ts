import type { Transport } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";

/** A way to a gRPC server, closed on disposal. */
export interface Door extends Disposable {
  readonly url: string;
  readonly transport: Transport;
}

/** Opens plain gRPC to an address like http://localhost:7700. */
export function openDoor(url: string): Door {
  const baseUrl = url.replace(/\/+$/, "");
  const sessionManager = new Http2SessionManager(baseUrl);
  return {
    url: baseUrl,
    transport: createGrpcTransport({ baseUrl, sessionManager, defaultTimeoutMs: 30_000 }),
    [Symbol.dispose]: () => sessionManager.abort(),
  };
}
