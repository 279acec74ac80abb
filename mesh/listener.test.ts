import { once } from "node:events";
import { text } from "node:stream/consumers";
import { connect as tlsConnect } from "node:tls";
import { createClient } from "@connectrpc/connect";
import { connectNodeAdapter, createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { Health } from "#gen/grpc/health/v1/health_pb.ts";
import { protocolOf } from "./listener/sniff.ts";
import { ask, client, dial, get, hello, open } from "./testing/raw-client.ts";

test("the first bytes name the protocol, and a prefix of both names none", () => {
  expect(["", "P", "PR", "PRI", "PRI * HTTP/"].map((s) => protocolOf(Buffer.from(s)))).toEqual(
    Array(5).fill(undefined),
  );
  expect(["G", "PO", "PUT", "PRO", "PRI * HTTP/1", "\r\n"].map((s) => protocolOf(Buffer.from(s)))).toEqual(
    Array(6).fill("http1"),
  );
  expect(protocolOf(Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))).toBe("http2");
  expect(protocolOf(Buffer.from([0x16]))).toBe("tls");
});

test("one port answers HTTP/1.1 and h2c", async () => {
  await using listener = await open(hello);
  expect(await get(listener.url)).toBe("hello over 1.1");
  const session = await client(listener.url);
  expect(await ask(session)).toBe("hello over 2.0");
  session.close();
});

test("a request that arrives byte by byte is understood", async () => {
  await using listener = await open((request, response) => {
    void text(request).then((body) => response.end(body));
  });
  const { socket, all } = dial(listener.port);
  socket.setNoDelay(true);
  for (const byte of "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 4\r\n\r\nbody") {
    await new Promise((sent) => socket.write(byte, sent));
    await new Promise(setImmediate);
  }
  expect(await all).toMatch(/^HTTP\/1.1 200 OK.*body/s);
});

test("Connect, gRPC and gRPC-like clients reach the same handler", async () => {
  const handler = connectNodeAdapter({
    routes: (router) => router.service(Health, { check: () => ({ status: 1 }) }),
  });
  await using listener = await open(handler);
  for (const transport of [
    createConnectTransport({ baseUrl: listener.url, httpVersion: "1.1" }),
    createConnectTransport({ baseUrl: listener.url, httpVersion: "2" }),
    createGrpcTransport({ baseUrl: listener.url }),
  ]) {
    expect((await createClient(Health, transport).check({})).status).toBe(1);
  }
});

test("somebody speaking TLS gets a hint, and we are told once", async () => {
  const told: string[] = [];
  await using listener = await open(hello, { onTlsHello: (address) => told.push(address) });
  for (let i = 0; i < 2; i++) {
    const [error] = await once(tlsConnect({ port: listener.port, host: "127.0.0.1" }), "error").catch((e) => [e]);
    expect(String(error)).toContain("wrong version number");
  }
  const { socket, all } = dial(listener.port);
  socket.write(Buffer.from([0x16]));
  expect(await all).toContain("plain HTTP/1.1 and h2c");
  expect(told).toEqual(["127.0.0.1"]);
});

test("a taken port is refused with the system's own code", async () => {
  await using listener = await open(hello);
  await expect(open(hello, { port: listener.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});
