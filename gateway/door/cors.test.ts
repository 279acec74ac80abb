import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGate, type TestGate } from "../testing.ts";

const APP = "https://app.example";
let gate: TestGate;
beforeAll(async () => {
  gate = await startTestGate({ env: { GATEWAY_ORIGINS: `${APP},http://localhost:5173` } });
});
afterAll(async () => {
  await gate[Symbol.asyncDispose]();
});

const GET_ME = "/skein.identity.v1.IdentityService/GetMe";
const REVOKE = "/skein.identity.v1.SessionService/RevokeSession";
const ask = (path: string, init: RequestInit) => fetch(gate.url + path, init);
const preflight = (origin: string, path = GET_ME) =>
  ask(path, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type",
    },
  });
const tokens = (header: string | null) => (header ?? "").split(/, */).map((name) => name.toLowerCase());

describe.each([APP, "http://localhost:5173"])("%s, which is listed", (origin) => {
  test("may ask first, and is told what it may send", async () => {
    const answer = await preflight(origin);
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
    expect(answer.headers.get("access-control-allow-credentials")).toBe("true");
    expect(Number(answer.headers.get("access-control-max-age"))).toBeGreaterThan(600);
    expect(tokens(answer.headers.get("access-control-allow-methods"))).toEqual(expect.arrayContaining(["post", "get"]));
    expect(tokens(answer.headers.get("access-control-allow-headers"))).toEqual(
      expect.arrayContaining([
        "authorization",
        "content-type",
        "connect-protocol-version",
        "idempotency-key",
        "skein-token",
        "if-none-match",
        "traceparent",
        "x-request-id",
        "x-grpc-web",
      ]),
    );
    expect(tokens(answer.headers.get("vary"))).toContain("origin");
  });

  test("may read answers and refusals alike", async () => {
    for (const headers of [gate.bearer(), {}]) {
      const answer = await ask(GET_ME, {
        method: "POST",
        headers: { origin, "content-type": "application/json", ...headers },
        body: "{}",
      });
      expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
      expect(tokens(answer.headers.get("access-control-expose-headers"))).toEqual(
        expect.arrayContaining([
          "etag",
          "ratelimit",
          "ratelimit-policy",
          "retry-after",
          "skein-token",
          "traceparent",
          "x-request-id",
          "grpc-status",
        ]),
      );
    }
  });
});

describe.each([
  "null",
  "https://evil.example",
  "https://app.example.evil.example",
  "http://app.example",
  "https://app.example:8443",
  "https://APP.example",
  "file://",
  "not an origin",
  "",
])("origin %j, which is not", (origin) => {
  test("may not ask first, and has no effect if it does not ask", async () => {
    const before = gate.staged.calls.length;
    const answers = [
      await preflight(origin),
      await ask(REVOKE, {
        method: "POST",
        headers: { origin, "content-type": "application/json", ...gate.bearer() },
        body: "{}",
      }),
      await ask(`${GET_ME}?encoding=json&message=%7B%7D`, { headers: { origin, ...gate.bearer() } }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(403);
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
      expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
      expect(await answer.json()).toMatchObject({ code: "permission_denied" });
    }
    expect(gate.staged.calls.length).toBe(before);
  });
});

test("pages of the gateway's own need no permission, and get no credentials header", async () => {
  const answer = await ask(GET_ME, {
    method: "POST",
    headers: { origin: gate.url, "content-type": "application/json", ...gate.bearer() },
    body: "{}",
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("access-control-allow-origin")).toBeNull();
});

test.each([
  ["GET", {}, undefined],
  ["GET with a message", {}, undefined],
  ["HEAD", {}, undefined],
  ["PUT", { "content-type": "application/json" }, "{}"],
  ["DELETE", {}, undefined],
  ["POST", { "content-type": "text/plain" }, "{}"],
  ["POST", { "content-type": "application/x-www-form-urlencoded" }, "{}="],
  ["POST", { "content-type": "multipart/form-data; boundary=x" }, "--x--"],
  ["POST", { "content-type": "application/json, text/plain" }, "{}"],
  ["POST", {}, new Uint8Array([123, 125])],
])("no form and no link can change anything: %s %j", async (verb, headers, body) => {
  const before = gate.staged.calls.length;
  const path = verb === "GET with a message" ? `${REVOKE}?encoding=json&message=%7B%7D&connect=v1` : REVOKE;
  const answer = await ask(path, {
    method: verb.split(" ")[0] ?? verb,
    headers: { ...headers, ...gate.bearer() },
    ...(body !== undefined && { body }),
  });
  expect([405, 415]).toContain(answer.status);
  expect(gate.staged.calls.length).toBe(before);
});
