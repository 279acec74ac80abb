import { once } from "node:events";
import http2 from "node:http2";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import type { Handler } from "../listener/doors.ts";
import { type ListenOptions, listen } from "../listener.ts";

/** Says which HTTP version it was reached by. */
export const hello: Handler = (request, response) => {
  response.writeHead(200, { "content-type": "text/plain" });
  response.end(`hello over ${request.httpVersion}`);
};
/** A listener on a free port of this machine. */
export const open = (handler: Handler, rest: Partial<ListenOptions> = {}) =>
  listen({ host: "127.0.0.1", port: 0, handler, ...rest });

/** GET by fetch, that is by HTTP/1.1. */
export const get = (url: string, path = "/") => fetch(url + path).then((response) => response.text());

/** A bare connection, and everything it will have received when it is closed. */
export function dial(port: number) {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  const chunks: string[] = [];
  socket.on("data", (data) => chunks.push(data.toString("latin1")));
  const all = new Promise<string>((resolve) => socket.once("close", () => resolve(chunks.join(""))));
  return { socket, all };
}

/** GET on an HTTP/2 session. */
export function ask(session: http2.ClientHttp2Session, path = "/"): Promise<string> {
  const stream = session.request({ ":path": path });
  stream.end();
  return text(stream);
}

/** An HTTP/2 session that has heard from its server. */
export async function client(url: string): Promise<http2.ClientHttp2Session> {
  const session = http2.connect(url);
  session.on("error", () => {});
  await once(session, "remoteSettings"); // the server is there, not just a socket
  return session;
}
