import { createConnectTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { byMessage, type LeanTransport } from "../exchange.ts";
import { leanClient } from "./lean-client.ts";
import { tellLostPeers } from "./lost-peer.ts";

/** Reads "identity=http://10.0.0.1:7710,content=http://..." into addresses. */
export function parsePeers(entries: readonly string[]): Map<string, string> {
  return new Map(
    entries.map((entry) => {
      const [, service, address] = /^([^=]+)=(https?:\/\/.+)$/.exec(entry) ?? [];
      if (!service || !address || !URL.canParse(address))
        throw new Error(`MESH_PEERS: "${entry}" is not like identity=http://10.0.0.1:7710`);
      return [service, address];
    }),
  );
}

/** Connections to services in other processes: the Connect protocol, binary, over h2c, one session each. */
export function createPeers(
  addresses: ReadonlyMap<string, string>,
): { find(service: string): LeanTransport | undefined } & Disposable {
  const open = new Map<string, { transport: LeanTransport; sessions: Http2SessionManager }>();
  return {
    find(service) {
      const known = open.get(service);
      if (known) return known.transport;
      const baseUrl = addresses.get(service);
      if (!baseUrl) return undefined;
      // Pings find a peer that vanished without closing: otherwise calls would wait for their deadline.
      const sessions = new Http2SessionManager(baseUrl, {
        pingIntervalMs: 10_000,
        pingTimeoutMs: 3_000,
        idleConnectionTimeoutMs: 300_000,
      });
      const options = { baseUrl, httpVersion: "2", useBinaryFormat: true, sessionManager: sessions } as const;
      const { stream } = tellLostPeers(createConnectTransport(options));
      const exchange = leanClient(sessions);
      const transport = { exchange, unary: byMessage(exchange), stream };
      open.set(service, { transport, sessions });
      return transport;
    },
    [Symbol.dispose]() {
      for (const { sessions } of open.values()) sessions.abort();
    },
  };
}
