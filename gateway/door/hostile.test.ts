import { once } from "node:events";
import { connect as connectH2 } from "node:http2";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { realLent } from "#mesh/lent.ts";
import { speak, startTestGate, type TestGate } from "../testing.ts";

let gate: TestGate;
beforeAll(async () => {
  gate = await startTestGate();
});
afterAll(async () => {
  await gate[Symbol.asyncDispose]();
});

const GET_ME = "/skein.identity.v1.IdentityService/GetMe";
const post = (path: string, headers: Record<string, string> = {}, body: BodyInit = "{}") =>
  fetch(gate.url + path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });

test("a body over the method's limit is refused, packed or not", async () => {
  const big = JSON.stringify({ filler: "x".repeat(70_000) });
  const packed = gzipSync(JSON.stringify({ filler: "x".repeat(20_000_000) }));
  const headers = gate.bearer();
  const before = gate.staged.calls.length;
  for (const answer of [
    await post(GET_ME, headers, big),
    await post(GET_ME, { ...headers, "content-encoding": "gzip" }, packed),
  ]) {
    expect([answer.status, await answer.json()]).toMatchObject([429, { code: "resource_exhausted" }]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  }
  expect(gate.staged.calls.length).toBe(before);
});

test("who is refused for its headers is refused before its body is read", async () => {
  const socket = connect(gate.port, "127.0.0.1");
  socket.write(
    `POST ${GET_ME} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{`,
  );
  const [answer] = await once(socket, "data");
  expect(String(answer)).toMatch(/^HTTP\/1.1 401/);
  socket.destroy();
});

test.each([
  ["no Host", `POST ${GET_ME} HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`],
  [
    "a Host that is none",
    `POST ${GET_ME} HTTP/1.1\r\nHost: a b[\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
  ],
  [
    "an absolute URL as path",
    `POST http://evil.example${GET_ME} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  ],
  ["no HTTP", "hello\r\n\r\n"],
  [
    "two lengths",
    `POST ${GET_ME} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\nConnection: close\r\n\r\n{}`,
  ],
  [
    "a length and chunks",
    `POST ${GET_ME} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n`,
  ],
  ["headers without end", `GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`],
])("a request with %s is refused, and the gateway lives on", async (_, bytes) => {
  expect(await speak(gate, bytes)).toMatch(/^HTTP\/1.1 4\d\d/);
  expect((await fetch(`${gate.url}/livez`)).status).toBe(200);
});

test("an authority that is none does not hurt over HTTP/2 either", async () => {
  const session = connectH2(gate.url);
  const stream = session.request({
    ":method": "POST",
    ":path": GET_ME,
    ":authority": "[",
    "content-type": "application/json",
  });
  stream.on("error", () => undefined);
  stream.end("{}");
  const [headers] = await once(stream, "response");
  expect(headers[":status"]).toBe(400);
  session.destroy();
  expect((await fetch(`${gate.url}/livez`)).status).toBe(200);
});

test("who dawdles over its headers is cut off", async () => {
  await using strict = await startTestGate({ env: { GATEWAY_HEADER_TIMEOUT: "200ms" } });
  expect(await speak(strict, "GET / HTTP/1.1\r\nHost: x\r\n")).toMatch(/^HTTP\/1.1 408/);
});

test("who dawdles over a body is cut off, over HTTP/2 too, and whoever is answered slowly is not", async () => {
  const env = { GATEWAY_REQUEST_TIMEOUT: "200ms", GATEWAY_HEADER_TIMEOUT: "100ms" };
  const slow = async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    using _timer = realLent().timers.after(400, resolve);
    await promise;
    return { account: { email: "slow@example.org" } } as never;
  };
  await using strict = await startTestGate({ env, handlers: { getMe: slow } });
  const session = connectH2(strict.url);
  const post = { ":method": "POST", ":path": GET_ME, "content-type": "application/json", ...strict.bearer() };
  const trickling = session.request(post);
  trickling.on("error", () => undefined);
  trickling.write("{");
  const whole = session.request(post);
  whole.end("{}");
  const [headers] = await once(whole, "response");
  expect(headers[":status"]).toBe(200);
  expect(trickling.closed).toBe(true);
  session.destroy();
});

test("more connections than allowed are closed, the others go on", async () => {
  await using small = await startTestGate({ env: { GATEWAY_MAX_CONNECTIONS: "1" } });
  const first = connect(small.port, "127.0.0.1");
  first.write("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
  await once(first, "data");
  expect(await speak(small, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")).toBe("");
  first.write("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
  expect(String((await once(first, "data"))[0])).toMatch(/^HTTP\/1.1 200/);
  first.destroy();
});
