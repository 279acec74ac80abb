import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Health } from "#gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "#gen/grpc/reflection/v1/reflection_pb.ts";
import { GatewayInfoService } from "#gen/skein/gateway/v1/gateway_info_service_pb.ts";
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

test.each(["/", "/nothing", GET_ME, "/livez"])("whatever is asked of %s can be found again", async (path) => {
  const made = await fetch(gate.url + path);
  expect(made.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  const brought = await fetch(gate.url + path, {
    headers: { "x-request-id": "my-request.1", traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` },
  });
  expect(brought.headers.get("x-request-id")).toBe("my-request.1");
  expect(brought.headers.get("traceparent")).toMatch(new RegExp(`^00-${"a".repeat(32)}-(?!b{16})[0-9a-f]{16}-01$`));
});

test.each(["x".repeat(65), "two words", '"><script>', "a,b"])("a request id like %s is not taken over", async (id) => {
  expect((await fetch(gate.url, { headers: { "x-request-id": id } })).headers.get("x-request-id")).toMatch(
    /^[0-9a-f-]{36}$/,
  );
});

test("the service behind sees the same request and trace, and the client's key", async () => {
  const before = gate.staged.calls.length;
  await post(GET_ME, {
    ...gate.bearer(),
    "x-request-id": "r-1",
    traceparent: `00-${"c".repeat(32)}-${"d".repeat(16)}-01`,
    "skein-wrote": "position",
    "idempotency-key": "once",
    cookie: "a=b",
    "x-forwarded-for": "1.2.3.4",
  });
  const seen = gate.staged.calls[before];
  expect(seen?.requestId).toBe("r-1");
  expect(seen?.trace.traceId).toBe("c".repeat(32));
  expect(seen?.headers.get("idempotency-key")).toBe("once");
  for (const name of ["cookie", "authorization", "x-forwarded-for", "skein-wrote"])
    expect(seen?.headers.has(name)).toBe(false);
});

test("the root says what is here, in the caller's way of reading", async () => {
  expect(await (await fetch(gate.url)).text()).toContain("skein.identity.v1.IdentityService");
  const json = await fetch(gate.url, { headers: { accept: "application/json" } });
  expect(await json.json()).toMatchObject({
    name: "skein",
    services: expect.arrayContaining(["skein.gateway.v1.GatewayInfoService"]),
  });
  const missing = await fetch(`${gate.url}/index.html`);
  expect([missing.status, missing.headers.get("cache-control"), await missing.json()]).toMatchObject([
    404,
    "no-store",
    { code: "unimplemented" },
  ]);
});

test("probes answer without naming what is behind", async () => {
  expect(await (await fetch(`${gate.url}/livez`)).text()).toBe("ok\n");
  const ready = await fetch(`${gate.url}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([200, "ready\n"]);
});

test("health and reflection know the services with public methods", async () => {
  const transport = createGrpcTransport({ baseUrl: gate.url });
  const { statuses } = await createClient(Health, transport).list({});
  expect(Object.keys(statuses)).toContain("skein.identity.v1.SessionService");
  const names: string[] = [];
  const ask = (async function* () {
    yield { messageRequest: { case: "listServices", value: "" } } as const;
  })();
  for await (const { messageResponse } of createClient(ServerReflection, transport).serverReflectionInfo(ask)) {
    if (messageResponse.case === "listServicesResponse")
      names.push(...messageResponse.value.service.map(({ name }) => name));
  }
  expect(names).toContain("skein.gateway.v1.GatewayInfoService");
});

test("reflection can be switched off, and hosts can be listed", async () => {
  await using closed = await startTestGate({ env: { GATEWAY_REFLECTION: "false", GATEWAY_HOSTS: "api.example" } });
  const ask = (host: string, path: string) =>
    speak(
      closed,
      `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
    );
  expect(await ask("api.example", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")).toMatch(
    /^HTTP\/1.1 404/,
  );
  expect(await ask("API.example:7700", "/skein.gateway.v1.GatewayInfoService/GetServerInfo")).toMatch(/^HTTP\/1.1 200/);
  expect(await ask("rebound.example", "/skein.gateway.v1.GatewayInfoService/GetServerInfo")).toMatch(/^HTTP\/1.1 421/);
  expect((await fetch(`${closed.url}/livez`)).status).toBe(200);
});

test("GetServerInfo tells the limits in force", async () => {
  await using limited = await startTestGate({ env: { GATEWAY_LIMIT_ANONYMOUS: "30", GATEWAY_LIMIT_GUARDED: "10" } });
  const info = await createClient(GatewayInfoService, createGrpcTransport({ baseUrl: limited.url })).getServerInfo({});
  expect(info.rateLimits).toMatchObject([
    { name: "anonymous", quota: 30, windowS: 60 },
    { name: "guarded", quota: 10, windowS: 60 },
  ]);
  expect(info.maxRequestBytes).toBe(65_536);
  expect(info.version).toMatch(/^\d+\.\d+\.\d+/);
});
