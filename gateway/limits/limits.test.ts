import { create } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, inject, test } from "vitest";
import { QuotaFailureSchema, RetryInfoSchema } from "#gen/google/rpc/error_details_pb.ts";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { layWire } from "#mesh/testing/wire.ts";
import { startTestGate, type TestGate } from "../testing.ts";

const call = ({ url }: TestGate, method: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/skein.identity.v1.${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: "{}",
  });
const statuses = async (calls: number, make: () => Promise<Response>) => {
  const all: number[] = [];
  for (let n = 0; n < calls; n++) all.push((await make()).status);
  return all;
};
const good = (calls: readonly number[]) => calls.filter((status) => status !== 429).length;
const app = (n: number) => `ska_${"0".repeat(32)}.0.${String(n).padStart(43, "A")}`;

test("an address has its allowance, and is told at every call what is left of it", async () => {
  await using gate = await startTestGate({ env: { GATEWAY_LIMIT_ANONYMOUS: "4" } });
  const ask = () => call(gate, "IdentityService/GetProfile");
  const first = await ask();
  expect(first.headers.get("ratelimit-policy")).toBe('"anonymous";q=4;w=60');
  expect(first.headers.get("ratelimit")).toMatch(/^"anonymous";r=3;t=(59|60)$/);
  await statuses(3, ask);
  const over = await ask();
  expect(over.status).toBe(429);
  expect(over.headers.get("ratelimit")).toMatch(/^"anonymous";r=0;t=\d+$/);
  expect(Number(over.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(over.headers.get("cache-control")).toBe("no-store");
  expect(await over.json()).toMatchObject({ code: "resource_exhausted" });
  expect(gate.staged.calls).toHaveLength(0); // the empty request is the service's to refuse, and it costs like any other
});

test("calls cost what their contracts say", async () => {
  await using gate = await startTestGate({ env: { GATEWAY_LIMIT_ANONYMOUS: "30" } });
  const answer = await call(gate, "SessionService/CreateSession");
  expect(answer.headers.get("ratelimit")).toMatch(/"anonymous";r=25;/);
});

test("an account has its allowance, however many tokens and addresses it comes with", async () => {
  await using gate = await startTestGate({
    env: { GATEWAY_LIMIT_ACCOUNT: "6", GATEWAY_LIMIT_ANONYMOUS: "2", GATEWAY_TRUSTED_PROXIES: "1" },
  });
  const all: number[] = [];
  for (let n = 0; n < 9; n++) {
    const headers = { ...gate.bearer({ jti: String(n), sid: `session-${n}` }), "x-forwarded-for": `203.0.113.${n}` };
    all.push((await call(gate, "IdentityService/GetMe", headers)).status);
  }
  expect(all).toEqual([...Array(6).fill(200), 429, 429, 429]);
  expect((await call(gate, "IdentityService/GetMe", gate.bearer({ sub: "somebody-else" }))).status).toBe(200);
});

test("writes have an allowance that refills steadily", async () => {
  await using gate = await startTestGate({ env: { GATEWAY_LIMIT_ACCOUNT: "100", GATEWAY_LIMIT_WRITES: "60" } });
  const write = () => call(gate, "SessionService/RevokeSession", gate.bearer());
  const answer = await write();
  expect(answer.headers.get("ratelimit-policy")).toBe('"account";q=100;w=60, "writes";q=60;w=60');
  expect(answer.headers.get("ratelimit")).toMatch(/^"account";r=99;t=\d+, "writes";r=59;t=1$/);
  const burst = await Promise.all(Array.from({ length: 70 }, write));
  const passed = good(burst.map(({ status }) => status));
  expect(passed).toBeGreaterThanOrEqual(59);
  expect(passed).toBeLessThanOrEqual(61);
  const refused = burst.find(({ status }) => status === 429);
  expect(Number(refused?.headers.get("retry-after"))).toBeLessThanOrEqual(2);
});

test("sign-in is guarded per address, by attempts and not by cost", async () => {
  await using gate = await startTestGate({ env: { GATEWAY_LIMIT_GUARDED: "3", GATEWAY_LIMIT_ANONYMOUS: "100" } });
  const signIn = () => call(gate, "SessionService/CreateSession");
  expect(good(await statuses(5, signIn))).toBe(3);
  expect((await call(gate, "IdentityService/GetProfile")).status).not.toBe(429);
});

test("guessing tokens costs the address, and a long guesser does not reach identity", async () => {
  await using gate = await startTestGate({ env: { GATEWAY_LIMIT_ANONYMOUS: "5", GATEWAY_LIMIT_ACCOUNT: "100" } });
  let n = 0;
  const guess = () => call(gate, "IdentityService/GetMe", { authorization: `Bearer ${app(n++)}` });
  expect(await statuses(9, guess)).toEqual([401, 401, 401, 401, 401, 429, 429, 429, 429]);
  expect(gate.staged.asked.introspected.length).toBeLessThanOrEqual(6);
  expect((await call(gate, "IdentityService/GetMe", gate.bearer())).status).toBe(200);
});

test("a client cannot hop out of its allowance by what it says about itself", async () => {
  await using gate = await startTestGate({ env: { GATEWAY_LIMIT_ANONYMOUS: "5" } });
  let n = 0;
  const spoof = () => {
    const address = `198.51.100.${n++}`;
    return call(gate, "IdentityService/GetProfile", {
      "x-forwarded-for": address,
      forwarded: `for=${address}`,
      "x-real-ip": address,
      "skein-client": address,
      "true-client-ip": address,
    });
  };
  expect(good(await statuses(10, spoof))).toBe(5);
});

test("behind a proxy the client counts, not its own word, and an IPv6 customer is one", async () => {
  await using gate = await startTestGate({ env: { GATEWAY_LIMIT_ANONYMOUS: "5", GATEWAY_TRUSTED_PROXIES: "1" } });
  let n = 0;
  const from = (forwarded: () => string) => () =>
    call(gate, "IdentityService/GetProfile", { "x-forwarded-for": forwarded() });
  expect(
    good(
      await statuses(
        10,
        from(() => `1.2.3.${n++}, 203.0.113.5`),
      ),
    ),
  ).toBe(5);
  expect(
    good(
      await statuses(
        10,
        from(() => `2001:db8:0:7:${(n++).toString(16)}::1`),
      ),
    ),
  ).toBe(5);
  expect(
    good(
      await statuses(
        10,
        from(() => `2001:db8:0:${(n++).toString(16)}::1`),
      ),
    ),
  ).toBe(10);
});

test("gRPC clients get the same numbers and the typed reasons", async () => {
  await using gate = await startTestGate({ env: { GATEWAY_LIMIT_ANONYMOUS: "1" } });
  const identity = createClient(IdentityService, createGrpcTransport({ baseUrl: gate.url }));
  const seen: (string | null)[] = [];
  const ask = () =>
    identity.getProfile(
      { accountId: "01920000-0000-7000-8000-000000000001" },
      { onHeader: (headers) => void seen.push(headers.get("ratelimit")) },
    );
  await ask();
  const error = await ask().then(() => undefined, ConnectError.from);
  expect(seen[0]).toMatch(/^"anonymous";r=0;t=\d+$/);
  expect(error?.code).toBe(Code.ResourceExhausted);
  expect(error?.metadata.get("ratelimit-policy")).toBe('"anonymous";q=1;w=60');
  expect(error?.findDetails(FailureSchema)[0]).toMatchObject({
    domain: "mesh",
    reason: "RATE_LIMITED",
    facts: { policy: "anonymous" },
  });
  expect(error?.findDetails(QuotaFailureSchema)[0]?.violations[0]).toMatchObject({
    subject: "address",
    quotaId: "anonymous",
  });
  const [retry = create(RetryInfoSchema)] = error?.findDetails(RetryInfoSchema) ?? [];
  expect(retry.retryDelay && durationMs(retry.retryDelay)).toBeGreaterThan(0);
});

test("two gateways share one allowance", async () => {
  await using gate = await startTestGate({ env: { GATEWAY_LIMIT_ANONYMOUS: "6", SKEIN_NAMESPACE: "limits_shared" } });
  await using other = await startTestGate({ env: { GATEWAY_LIMIT_ANONYMOUS: "6", SKEIN_NAMESPACE: "limits_shared" } });
  const turns = [gate, other, gate, other, gate, other, gate, other];
  const all = [];
  for (const one of turns) all.push((await call(one, "IdentityService/GetProfile")).status);
  expect(good(all)).toBe(6);
});

test("without Redis the limits hold in each process, and nobody waits or fails", async () => {
  await using wire = await layWire(inject("servers").redis);
  await using gate = await startTestGate({
    env: { GATEWAY_LIMIT_ANONYMOUS: "5", GATEWAY_LIMIT_ACCOUNT: "8", GATEWAY_LIMIT_WRITES: "3", REDIS_URL: wire.url },
  });
  await wire.cut();
  const ask = () => call(gate, "IdentityService/GetProfile");
  const write = () => call(gate, "SessionService/RevokeSession", gate.bearer());
  const began = performance.now();
  expect(good(await statuses(8, ask))).toBe(5);
  expect(good(await statuses(6, write))).toBe(3);
  expect(performance.now() - began).toBeLessThan(1_000);
  const over = await ask();
  expect(over.headers.get("ratelimit")).toMatch(/^"anonymous";r=0;t=\d+$/);
});

test("a Redis that hangs costs a moment, then nothing", async () => {
  await using wire = await layWire(inject("servers").redis);
  await using gate = await startTestGate({ env: { GATEWAY_LIMIT_ANONYMOUS: "5", REDIS_URL: wire.url } });
  const ask = () => call(gate, "IdentityService/GetProfile");
  await ask();
  wire.hang();
  const began = performance.now();
  const all = await Promise.all(Array.from({ length: 12 }, ask));
  expect(performance.now() - began).toBeLessThan(1_000);
  expect(good(all.map(({ status }) => status))).toBe(5);
});
