import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { ask, client, dial, get, hello, open } from "../testing/raw-client.ts";
import type { Handler } from "./doors.ts";

describe("stopping", () => {
  /** A handler that waits to be told. */
  function held() {
    const { promise: arrived, resolve: onArrival } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const handler: Handler = (_request, response) => {
      onArrival();
      void released.then(() => response.end("finished"));
    };
    return { handler, arrived, release };
  }

  test("lets a running HTTP/1.1 request finish, then closes its connection", async () => {
    const { handler, arrived, release } = held();
    const listener = await open(handler);
    const answer = fetch(listener.url);
    await arrived;
    const stopped = listener.stop(60_000);
    release();
    const response = await answer;
    expect(await response.text()).toBe("finished");
    expect(response.headers.get("connection")).toBe("close");
    await stopped;
  });

  test("lets a running HTTP/2 request finish, and says GOAWAY at once", async () => {
    const { handler, arrived, release } = held();
    const listener = await open(handler);
    const session = await client(listener.url);
    const answer = ask(session);
    await arrived;
    const goaway = once(session, "goaway");
    const stopped = listener.stop(60_000);
    expect((await goaway)[0]).toBe(0);
    release();
    expect(await answer).toBe("finished");
    await stopped;
  });

  test.each(["1.1", "2"])("does not cut an answer that is written but not yet read (HTTP/%s)", async (version) => {
    const size = 30_000_000;
    const { promise: written, resolve: onWritten } = Promise.withResolvers<void>();
    const listener = await open((_request, response) => {
      response.end(Buffer.alloc(size, "x"));
      onWritten();
    });
    const session = version === "2" ? await client(listener.url) : undefined;
    const stream = session?.request({ ":path": "/" });
    const [answer] = stream ? [stream] : await once(httpRequest(listener.url).end(), "response");
    stream?.end();
    await written;
    const stopped = listener.stop(60_000);
    expect((await text(answer)).length).toBe(size);
    await stopped;
  });

  test("lets a pipelined request finish when the one before it is answered already", async () => {
    const { handler, arrived, release } = held();
    const listener = await open((request, response) =>
      request.url === "/1" ? response.end("1st") : handler(request, response),
    );
    const { socket, all } = dial(listener.port);
    socket.write("GET /1 HTTP/1.1\r\nhost: x\r\n\r\nGET /2 HTTP/1.1\r\nhost: x\r\n\r\n");
    await Promise.all([arrived, once(socket, "data")]);
    const stopped = listener.stop(60_000);
    release();
    expect(await all).toMatch(/1st.*finished/s);
    await stopped;
  });

  test("closes idle connections of both kinds and undecided sockets without waiting", async () => {
    const listener = await open(hello);
    const session = await client(listener.url);
    const keptAlive = dial(listener.port);
    keptAlive.socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await once(keptAlive.socket, "data");
    const undecided = dial(listener.port);
    undecided.socket.write("P");
    await once(undecided.socket, "connect");
    await listener.stop(60_000);
    await Promise.all([keptAlive.all, undecided.all]);
    expect(session.closed).toBe(true);
  });

  test("cuts what is still running after the grace, and the port is free again", async () => {
    const running = new Set<string>();
    const { promise: bothRun, resolve: onBoth } = Promise.withResolvers<void>();
    const listener = await open((request) => {
      if (running.add(request.httpVersion).size === 2) onBoth();
    });
    const session = await client(listener.url);
    const stuck = ask(session).catch(() => "cut");
    const h1 = dial(listener.port);
    h1.socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await bothRun;
    const slow = listener.stop(60_000);
    await listener.stop(20); // the second signal hastens the first
    await slow;
    expect(await h1.all).toBe("");
    expect(["", "cut"]).toContain(await stuck);
    await using again = await open(hello, { port: listener.port });
    expect(await get(again.url)).toBe("hello over 1.1");
  });
});
