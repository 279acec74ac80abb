import { once } from "node:events";
import http2 from "node:http2";

/** One unary call as it goes over the wire. */
export interface Call {
  /** "/skein.content.v1.PostService/CreatePost" */
  readonly path: string;
  readonly body: Uint8Array;
  readonly token?: string | undefined;
}

/** What came back. */
export interface Answer {
  readonly ok: boolean;
  readonly bytes: number;
  /** The whole body where it was asked for, and of every refusal. */
  readonly body?: Buffer;
}

/** Speaks the Connect protocol over a few HTTP/2 connections. */
export interface Caller extends Disposable {
  call(call: Call, keep: boolean): Promise<Answer>;
}

const CONNECTIONS = 4;
/** As browsers and gRPC clients have it: with Node's 64 KiB for a whole connection a few pages under way wait for each other. */
const WINDOW = 4 * 1024 * 1024;
/** Nothing heard for so long: whoever waits is told that it failed. */
const SILENCE_MS = 30_000;

/**
 * Binary Connect calls as bare HTTP/2: a client of connect-node costs ten times as much of the cores that are measured, and
 * what it sends is the same.
 */
export async function createCaller(url: string): Promise<Caller> {
  const sessions = Array.from({ length: CONNECTIONS }, () =>
    http2.connect(url, { settings: { initialWindowSize: WINDOW } }),
  );
  for (const session of sessions) {
    session.on("error", () => undefined); // its streams tell
    session.setTimeout(SILENCE_MS, () => session.destroy());
  }
  // To connect is no part of a call.
  await Promise.all(sessions.map((session) => once(session, "remoteSettings")));
  for (const session of sessions) session.setLocalWindowSize(WINDOW);
  let made = 0;
  return {
    async call({ path, body, token }, keep) {
      const { promise, resolve } = Promise.withResolvers<Answer>();
      const session = sessions[made++ % CONNECTIONS] as http2.ClientHttp2Session;
      if (session.destroyed) throw new Error(`the connection to ${url} is gone`);
      const stream = session.request({
        ":method": "POST",
        ":path": path,
        "content-type": "application/proto",
        "connect-protocol-version": "1",
        ...(token && { authorization: `Bearer ${token}` }),
      });
      let [status, bytes] = [0, 0];
      const chunks: Buffer[] = [];
      stream.on("response", (headers) => {
        status = Number(headers[":status"]);
      });
      stream.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (keep || status !== 200) chunks.push(chunk);
      });
      stream.on("close", () => {
        const ok = status === 200;
        resolve({ ok, bytes, ...((keep || !ok) && { body: Buffer.concat(chunks) }) });
      });
      stream.on("error", () => resolve({ ok: false, bytes }));
      stream.end(body);
      return promise;
    },
    [Symbol.dispose]: () => {
      for (const session of sessions) session.destroy();
    },
  };
}
