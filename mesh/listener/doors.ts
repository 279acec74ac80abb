import { createServer as createHttp1Server, type ServerResponse } from "node:http";
import { createServer as createHttp2Server, type ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import type { connectNodeAdapter } from "@connectrpc/connect-node";

/** Answers one request, whichever HTTP version brought it; what `connectNodeAdapter` returns. */
export type Handler = ReturnType<typeof connectNodeAdapter>;
export type HandlerRequest = Parameters<Handler>[0];
export type HandlerResponse = Parameters<Handler>[1];

/** What one port bears; every number has a default in `listener.ts`. */
export type Limits = {
  /** Open sockets; further ones are closed at once. */
  readonly maxSockets: number;
  /** From accepting a socket until it is clear what it speaks. */
  readonly firstBytesTimeoutMs: number;
  readonly headerTimeoutMs: number;
  /** For a whole HTTP/1.1 request, body included; deadlines of calls are not set here. */
  readonly requestTimeoutMs: number;
  /** Between the requests of one HTTP/1.1 connection. */
  readonly idleTimeoutMs: number;
  /** For an HTTP/2 session without a stream. Clients should give up first: a request may cross the closing. */
  readonly idleSessionTimeoutMs: number;
  /** After which an HTTP/2 session is told to reconnect (+-10 %); 0 is never. For clients that repeat refused requests. */
  readonly maxSessionAgeMs: number;
  readonly maxHeaderBytes: number;
  readonly maxConcurrentStreams: number;
  readonly maxSessionMemoryMb: number;
  /** Streams a client may reset at once and, after that, per second, before its session is ended. */
  readonly streamResetBurst: number;
  readonly streamResetRate: number;
};

/** One HTTP version: takes sockets that speak it, and on `drain` finishes what runs and starts nothing new. */
export type Door = { take(socket: Socket): void; drain(): void; close(): void };

/** HTTP/1.1. Not Node's own `close()`: that cuts answers which are written but not yet sent. */
export function http1Door(handler: Handler, limits: Limits): Door {
  const sockets = new Map<Socket, number>(); // how many requests each is busy with: pipelining makes it more than one
  const running = new Set<ServerResponse>();
  let draining = false;
  const server = createHttp1Server({
    headersTimeout: limits.headerTimeoutMs,
    requestTimeout: Math.max(limits.requestTimeoutMs, limits.headerTimeoutMs),
    keepAliveTimeout: limits.idleTimeoutMs,
    connectionsCheckingInterval: Math.min(5_000, Math.ceil(limits.headerTimeoutMs / 2)),
    maxHeaderSize: limits.maxHeaderBytes,
  });
  server.on("request", (request, response) => {
    const { socket } = request;
    sockets.set(socket, (sockets.get(socket) ?? 0) + 1);
    running.add(response);
    if (draining) response.shouldKeepAlive = false;
    response.once("close", () => {
      const left = (sockets.get(socket) ?? 1) - 1;
      running.delete(response);
      if (!socket.destroyed) sockets.set(socket, left);
      if (draining && left === 0) socket.destroySoon();
    });
    handler(request, response);
  });
  server.emit("listening"); // it never listens itself, and only this event starts its header and request time-outs
  return {
    take(socket) {
      sockets.set(socket, 0);
      socket.once("close", () => sockets.delete(socket));
      server.emit("connection", socket);
    },
    drain() {
      draining = true;
      for (const response of running) if (!response.headersSent) response.shouldKeepAlive = false;
      for (const [socket, busy] of sockets) if (busy === 0) socket.destroySoon();
    },
    close: () => void server.close(),
  };
}

/**
 * HTTP/2 without TLS. A session that must go says GOAWAY with the last request it has seen, so that a client knows that
 * anything later was refused and may be sent again elsewhere.
 */
export function http2Door(handler: Handler, limits: Limits): Door {
  const sessions = new Set<ServerHttp2Session>();
  const server = createHttp2Server(
    {
      maxSessionMemory: limits.maxSessionMemoryMb,
      streamResetBurst: limits.streamResetBurst,
      streamResetRate: limits.streamResetRate,
      settings: { maxConcurrentStreams: limits.maxConcurrentStreams, maxHeaderListSize: limits.maxHeaderBytes },
    },
    handler,
  );
  server.on("session", (session) => {
    let streams = 0;
    let old = false;
    const age = limits.maxSessionAgeMs * (0.9 + Math.random() * 0.2);
    const birthday = age > 0 ? setTimeout(() => ageing(), age).unref() : undefined;
    // Without an open stream closing cuts the socket at once, perhaps under a request that is on its way: wait for the next.
    const ageing = () => {
      old = true;
      if (streams > 0) session.close();
    };
    sessions.add(session);
    session.once("close", () => {
      sessions.delete(session);
      clearTimeout(birthday);
    });
    session.on("stream", (stream) => {
      streams += 1;
      if (old) session.close();
      stream.once("close", () => {
        streams -= 1;
      });
    });
    session.setTimeout(limits.idleSessionTimeoutMs); // its callback would be called once only, the event comes again
    session.on("timeout", () => {
      if (streams === 0) session.close(); // an open stream may be silent as long as its deadline allows
    });
  });
  return {
    take(socket) {
      socket.allowHalfOpen = false; // a session has no use for half a connection, and would keep it for ever
      server.emit("connection", socket);
    },
    drain: () => sessions.forEach((session) => void session.close()),
    close: () => void server.close(),
  };
}
