import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { createRevocations } from "#mesh/identity/revocations.ts";
import { createReadiness } from "#mesh/readiness.ts";
import { createLogger } from "#mesh/telemetry/logger.ts";
import { createMetrics } from "#mesh/telemetry/metrics.ts";
import type { Deps } from "./deps.ts";
import { openEdge } from "./edge.ts";
import { startTestGate, type TestGate } from "./testing.ts";

const connectTo = ({ url }: Pick<TestGate, "url">) => createConnectTransport({ baseUrl: url, httpVersion: "2" });

/** A second edge over the same mesh, whose log and numbers a test can read. */
async function watchedEdge(gate: TestGate) {
  const lines: Record<string, unknown>[] = [];
  const deps = gate.mesh.deps<Deps>("gateway");
  const { outward } = gate.mesh.mesh.running.find(({ service }) => service.name === "gateway") as never as {
    outward: never;
  };
  const log = createLogger({
    level: "info",
    service: "gateway",
    destination: { write: (text: string) => void lines.push(JSON.parse(text)) },
  });
  const metrics = createMetrics();
  const stop = new AbortController();
  const contracts = [...deps.offered];
  const edge = await openEdge(
    { ...deps, log, config: { ...deps.config, port: 0 } },
    {
      contracts,
      transport: outward,
      at: () => outward,
      keepers: [],
      metrics,
      readiness: createReadiness(),
      revocations: createRevocations(),
      stopping: stop.signal,
    },
  );
  return {
    edge,
    lines,
    metrics,
    stop,
    url: edge.url,
    port: edge.port,
    calls: () => lines.filter(({ msg }) => msg === "call"),
  };
}

test("each call is one line, with what finds it again and nothing of its body", async () => {
  await using gate = await startTestGate();
  const watched = await watchedEdge(gate);
  const send = async (headers: Record<string, string>, body: string) => {
    const before = watched.calls().length;
    const answer = await fetch(`${watched.url}/skein.identity.v1.IdentityService/GetMe`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
    await answer.text();
    await expect.poll(() => watched.calls().length).toBe(before + 1);
    return watched.calls()[before];
  };
  expect(await send({ ...gate.bearer(), "x-request-id": "r-1" }, '{"canary":"hunter2"}')).toMatchObject({
    method: "skein.identity.v1.IdentityService/GetMe",
    code: "OK",
    status: 200,
    request_id: "r-1",
    actor: "01920000-0000-7000-8000-000000000001",
    protocol: "connect",
    rpc: 1,
  });
  expect(await send({ authorization: "Bearer hunter2" }, "{}")).toMatchObject({
    code: "Unauthenticated",
    status: 401,
    reason: "TOKEN_INVALID",
  });
  expect(await send(gate.bearer(), "{")).toMatchObject({ code: "InvalidArgument", status: 400 });
  expect(JSON.stringify(watched.lines)).not.toMatch(/hunter2|canary/);
  expect(await watched.metrics.text()).toMatch(
    /skein_gateway_duration_seconds_count\{service="skein.identity.v1.IdentityService",method="GetMe",code="OK"\} 1/,
  );
  await watched.edge[Symbol.asyncDispose]();
  watched.metrics[Symbol.dispose]();
});

test("TLS on the plain port is named once, with its cure", async () => {
  await using gate = await startTestGate();
  const watched = await watchedEdge(gate);
  for (let n = 0; n < 3; n++) await fetch(watched.url.replace("http:", "https:")).then(undefined, () => undefined);
  const hints = watched.lines.filter(({ msg }) => String(msg).startsWith("client spoke TLS"));
  expect(hints).toHaveLength(1);
  expect(hints[0]?.msg).toBe("client spoke TLS to the plaintext port: add -plaintext (grpcurl) or use http://");
  await watched.edge[Symbol.asyncDispose]();
  watched.metrics[Symbol.dispose]();
});

test("a stopping gateway lets a call finish", async () => {
  const [begun, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using gate = await startTestGate({
    handlers: {
      getMe: async () => {
        begun.resolve();
        await go.promise;
        return { account: { email: "late@example.org" } } as never;
      },
    },
  });
  const watched = await watchedEdge(gate);
  const call = createClient(IdentityService, connectTo(watched)).getMe({}, { headers: gate.bearer() });
  await begun.promise;
  watched.stop.abort();
  const stopped = watched.edge[Symbol.asyncDispose]();
  go.resolve();
  expect((await call).account?.email).toBe("late@example.org");
  await stopped;
  watched.metrics[Symbol.dispose]();
});
