import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { type Handler, http1Door, http2Door, type Limits } from "./listener/doors.ts";
import { sniff } from "./listener/sniff.ts";

/** A port that is open. Disposing of it is a `stop` with the grace it was given. */
export type Listener = AsyncDisposable & {
  readonly port: number;
  /** Where this machine reaches it, without a trailing slash. */
  readonly url: string;
  /** Takes no new connection, lets running requests finish for `graceMs`, then cuts. A second call may only hasten it. */
  stop(graceMs: number): Promise<void>;
};

export type ListenOptions = {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly handler: Handler;
  readonly limits?: Partial<Limits>;
  /** Told once, with the peer's address, when somebody speaks TLS to this plain port. */
  readonly onTlsHello?: (address: string) => void;
  /** Told when the system cannot hand over a connection; the port stays open. */
  readonly onError?: (error: Error) => void;
  /** The grace of `await using`; one second if absent. */
  readonly graceMs?: number;
};

const generous: Limits = {
  maxSockets: 10_000,
  firstBytesTimeoutMs: 10_000,
  headerTimeoutMs: 10_000,
  requestTimeoutMs: 300_000,
  idleTimeoutMs: 60_000,
  idleSessionTimeoutMs: 1_200_000,
  maxSessionAgeMs: 0,
  maxHeaderBytes: 16_384,
  maxConcurrentStreams: 100,
  maxSessionMemoryMb: 32,
  streamResetBurst: 1_000,
  streamResetRate: 33,
};

/** Opens one port that answers HTTP/1.1 and h2c alike. A port that cannot be had rejects with the system's own error. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const limits = { ...generous, ...options.limits };
  const doors = { http1: http1Door(options.handler, limits), http2: http2Door(options.handler, limits) };
  const all = new Set<Socket>();
  const fresh = new Set<Socket>();
  let warned = false;

  // Half-open sockets: a client may end its side after the request and still wait for the answer.
  const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 });
  server.maxConnections = limits.maxSockets;
  server.on("connection", (socket) => {
    all.add(socket);
    fresh.add(socket);
    socket.once("close", () => {
      all.delete(socket);
      fresh.delete(socket);
    });
    sniff(socket, limits.firstBytesTimeoutMs, (protocol) => {
      fresh.delete(socket);
      if (protocol !== "tls") return doors[protocol].take(socket);
      if (!warned) options.onTlsHello?.(socket.remoteAddress ?? "unknown");
      warned = true;
      refuseTls(socket);
    });
  });

  server.listen(options.port, options.host);
  await once(server, "listening");
  server.on("error", (error) => options.onError?.(error));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;

  const closed = new Promise<void>((resolve) => server.once("close", resolve)); // not `once`: an error would end it
  const stop = async (graceMs: number) => {
    if (server.listening) {
      server.close();
      for (const socket of fresh) socket.destroy();
      for (const door of Object.values(doors)) door.drain();
    }
    const cut = setTimeout(() => all.forEach((socket) => void socket.destroy()), graceMs);
    await closed;
    clearTimeout(cut);
    for (const door of Object.values(doors)) door.close();
  };
  return {
    port,
    url: `http://${reachable(options.host)}:${port}`,
    stop,
    [Symbol.asyncDispose]: () => stop(options.graceMs ?? 1_000),
  };
}

function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

const HINT = "This port speaks plain HTTP/1.1 and h2c: use http://, or put TLS in front of it.\n";

// In plain words: clients then say "wrong version number", which names the mistake better than any alert would.
function refuseTls(socket: Socket): void {
  socket.on("error", () => socket.destroy());
  socket.resume();
  socket.end(
    `HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: ${HINT.length}\r\nconnection: close\r\n\r\n${HINT}`,
  );
  const cut = setTimeout(() => socket.destroy(), 1_000);
  socket.once("close", () => clearTimeout(cut));
}
