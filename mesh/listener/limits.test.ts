import { once } from "node:events";
import http2 from "node:http2";
import { describe, expect, test } from "vitest";
import { ask, client, dial, hello, open } from "../testing/raw-client.ts";
import type { Handler } from "./doors.ts";

describe("limits", () => {
  test.each(["", "P", "PRI * HTTP"])("a socket that says %j and no more is closed", async (said) => {
    await using listener = await open(hello, { limits: { firstBytesTimeoutMs: 30 } });
    const { socket, all } = dial(listener.port);
    socket.write(said);
    expect(await all).toBe("");
  });

  test("unfinished HTTP/1.1 headers are answered with 408", async () => {
    await using listener = await open(hello, { limits: { headerTimeoutMs: 30 } });
    const { socket, all } = dial(listener.port);
    socket.write("GET / HTTP/1.1\r\nhost: x\r\nx-slow:");
    expect(await all).toContain("408 Request Timeout");
  });

  test("an idle HTTP/2 session is ended, one with an open stream is not", async () => {
    const { promise: asked, resolve: onAsked } = Promise.withResolvers<() => void>();
    await using listener = await open((_request, response) => onAsked(() => response.end("late")), {
      limits: { idleSessionTimeoutMs: 30 },
    });
    const busy = http2.connect(listener.url);
    const answer = ask(busy); // with its first bytes: once connected it would be idle
    const finish = await asked;
    for (let twice = 0; twice < 2; twice++) await closed(await client(listener.url)); // so often has the busy one's time passed
    finish();
    expect(await answer).toBe("late");
    await closed(busy);
  });

  test("sockets beyond the limit are dropped", async () => {
    await using listener = await open(hello, { limits: { maxSockets: 1 } });
    const first = dial(listener.port);
    await once(first.socket, "connect");
    expect(await dial(listener.port).all).toBe("");
    first.socket.destroy();
  });

  test("concurrent streams are limited in the settings", async () => {
    await using listener = await open(hello);
    const session = await client(listener.url);
    expect(session.remoteSettings.maxConcurrentStreams).toBe(100);
    session.close();
  });

  test("a client that resets streams by the dozen loses its session", async () => {
    await using listener = await open(() => {}, { limits: { streamResetBurst: 20, streamResetRate: 1 } });
    const session = await client(listener.url);
    const goaway = once(session, "goaway");
    for (let i = 0; i < 60; i++) {
      const stream = session.request({ ":path": "/" });
      stream.on("error", () => {});
      stream.close(http2.constants.NGHTTP2_CANCEL);
    }
    const [code] = await goaway;
    expect(code).not.toBe(0);
    session.destroy();
  });

  test("a client that ends its side of an HTTP/2 connection is let go", async () => {
    await using listener = await open(hello);
    const { socket, all } = dial(listener.port);
    socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    await once(socket, "data");
    socket.end();
    await all;
  });

  test("an old session that is idle answers one more request before it goes", async () => {
    await using listener = await open(hello, { limits: { maxSessionAgeMs: 10 } });
    const idle = await client(listener.url);
    for (let lifetimes = 0; lifetimes < 2; lifetimes++) {
      const busy = await client(listener.url);
      while (!busy.closed) await ask(busy).catch(() => {});
    }
    expect(idle.closed).toBe(false);
    const gone = once(idle, "close");
    expect(await ask(idle)).toBe("hello over 2.0");
    await gone;
  });

  test("old sessions are replaced, and a client knows exactly which requests were not seen", async () => {
    let seen = 0;
    const counting: Handler = (request, response) => {
      seen += 1;
      hello(request, response);
    };
    await using listener = await open(counting, { limits: { maxSessionAgeMs: 10 } });
    const answers: Promise<string>[] = [];
    for (let rotations = 0; rotations < 5; rotations++) {
      const session = await client(listener.url);
      while (!session.closed) {
        answers.push(ask(session).catch((error) => error.message));
        if (answers.length % 10 === 0) await new Promise(setImmediate);
      }
    }
    const refused = "Stream closed with error code NGHTTP2_REFUSED_STREAM";
    const outcomes = Object.groupBy(await Promise.all(answers), (outcome) => outcome);
    expect(Object.keys(outcomes).filter((outcome) => outcome !== refused)).toEqual(["hello over 2.0"]);
    expect(outcomes["hello over 2.0"]?.length).toBe(seen);
  });
});

/** It may have been closed before anybody waits for that. */
const closed = async (session: http2.ClientHttp2Session) => session.destroyed || once(session, "close");
