import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { connectNodeAdapter, createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { describe, expect, test } from "vitest";
import { Health, HealthCheckResponse_ServingStatus as Status } from "#gen/grpc/health/v1/health_pb.ts";
import { createReadiness, healthRoutes, probe, type Readiness } from "./health.ts";
import { listen } from "./listener.ts";

const GRAPH = "skein.graph.v1.GraphService";

async function serving(readiness: Readiness, names: () => readonly string[] = () => [GRAPH]) {
  const connect = connectNodeAdapter({ routes: (router) => router.service(Health, healthRoutes(readiness, names)) });
  return listen({
    host: "127.0.0.1",
    port: 0,
    handler: (request, response) => void (probe(request, response, readiness) || connect(request, response)),
  });
}

function up(): Readiness {
  const readiness = createReadiness();
  readiness.set("postgres", true);
  return readiness;
}

describe.each([
  ["gRPC", (baseUrl: string) => createGrpcTransport({ baseUrl })],
  ["Connect over HTTP/1.1", (baseUrl: string) => createConnectTransport({ baseUrl, httpVersion: "1.1" })],
])("grpc.health.v1 by %s", (_name, transport) => {
  test("Check follows the readiness of the whole and of a service", async () => {
    const readiness = createReadiness();
    await using listener = await serving(readiness);
    const health = createClient(Health, transport(listener.url));
    const check = async (service: string) => (await health.check({ service })).status;
    expect(await check("")).toBe(Status.NOT_SERVING);
    readiness.set("postgres", true);
    expect([await check(""), await check(GRAPH)]).toEqual([Status.SERVING, Status.SERVING]);
    readiness.set(GRAPH, false, "its schema is behind", false);
    expect([await check(""), await check(GRAPH)]).toEqual([Status.SERVING, Status.NOT_SERVING]);
  });

  test("Check of an unknown service is NotFound", async () => {
    await using listener = await serving(up());
    const error = await createClient(Health, transport(listener.url))
      .check({ service: "no.Such" })
      .catch(ConnectError.from);
    expect(error).toMatchObject({ code: Code.NotFound });
  });

  test("Watch tells each change once, and of an unknown service that it has come", async () => {
    const readiness = up();
    const names: string[] = [];
    await using listener = await serving(readiness, () => names);
    const stop = new AbortController();
    const health = createClient(Health, transport(listener.url));
    const watch = health.watch({ service: GRAPH }, { signal: stop.signal });
    const seen = watch[Symbol.asyncIterator]();
    const next = async () => (await seen.next()).value?.status;
    expect(await next()).toBe(Status.SERVICE_UNKNOWN);
    names.push(GRAPH);
    readiness.set("nats", false, "connecting", false);
    expect(await next()).toBe(Status.SERVING);
    readiness.set("nats", true); // changes nothing for the service
    await health.check({}); // time enough for the watch to notice
    readiness.drain();
    expect(await next()).toBe(Status.NOT_SERVING);
    stop.abort();
    await expect(seen.next()).rejects.toMatchObject({ code: Code.Canceled });
  });

  test("List names the whole and every service", async () => {
    await using listener = await serving(up());
    const { statuses } = await createClient(Health, transport(listener.url)).list({});
    expect(Object.keys(statuses).toSorted()).toEqual(["", GRAPH]);
  });
});

describe("readiness", () => {
  test("an optional part that is down leaves the host ready, a required one does not", () => {
    const readiness = up();
    readiness.set("redis", false, "refused", false);
    expect(readiness.report().ready).toBe(true);
    readiness.set("redis", false, "timed out"); // stays optional
    expect(readiness.report().ready).toBe(true);
    readiness.set("postgres", false);
    expect(readiness.report().ready).toBe(false);
  });

  test("nothing makes a draining host ready again", () => {
    const readiness = up();
    readiness.drain();
    readiness.set("postgres", true, "again");
    expect(readiness.report()).toMatchObject({ ready: false, draining: true });
  });

  test("a watcher sees the newest state, is not woken by what changes nothing, and ends with its signal", async () => {
    const readiness = up();
    const stop = new AbortController();
    const seen: boolean[] = [];
    const watching = (async () => {
      for await (const { ready } of readiness.watch(stop.signal)) seen.push(ready);
    })();
    await new Promise(setImmediate);
    readiness.set("postgres", true);
    await new Promise(setImmediate);
    readiness.set("postgres", false);
    readiness.set("postgres", false, "still");
    await new Promise(setImmediate);
    stop.abort();
    await watching;
    expect(seen).toEqual([true, false]);
  });
});

describe("probes", () => {
  const get = async (url: string, init?: RequestInit) => {
    const response = await fetch(url, init);
    return { status: response.status, body: await response.text() };
  };

  test("/readyz shows every part, degraded as long as only optional ones are down", async () => {
    const readiness = up();
    readiness.set("redis", false, "refused", false);
    await using listener = await serving(readiness);
    const degraded = await get(`${listener.url}/readyz?verbose`);
    expect(degraded.status).toBe(200);
    expect(JSON.parse(degraded.body)).toEqual({
      status: "degraded",
      parts: { postgres: { up: true, required: true }, redis: { up: false, required: false, why: "refused" } },
    });
    readiness.drain();
    const draining = await get(`${listener.url}/readyz`);
    expect(draining.status).toBe(503);
    expect(JSON.parse(draining.body).status).toBe("draining");
  });

  test("/livez looks at nothing, nothing is written to, and other paths are left alone", async () => {
    await using listener = await serving(createReadiness());
    expect(await get(`${listener.url}/livez`)).toEqual({ status: 200, body: "ok\n" });
    expect((await get(`${listener.url}/readyz`)).status).toBe(503);
    expect((await get(`${listener.url}/livez`, { method: "POST" })).status).toBe(405);
    expect((await get(`${listener.url}/livezz`)).status).toBe(404);
  });
});
