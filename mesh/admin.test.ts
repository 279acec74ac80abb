import { request } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { type AdminOptions, openAdmin } from "./admin.ts";
import { createReadiness } from "./readiness.ts";
import { createMetrics } from "./telemetry/metrics.ts";

async function opened(rest: Partial<AdminOptions> = {}) {
  const readiness = createReadiness();
  readiness.set("postgres", true);
  const metrics = createMetrics();
  const admin = await openAdmin({
    port: 0,
    readiness,
    metrics,
    config: () => "PORT=8080\nSECRET=[redacted]\n",
    ...rest,
  });
  /** Not fetch: it does not let us lie about the host. */
  const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    new Promise<{ status: number | undefined; type: string | undefined; body: string }>((resolve, reject) => {
      request(`${admin.url}${path}`, { method, headers }, (response) => {
        const { statusCode: status, headers: got } = response;
        text(response).then((body) => resolve({ status, type: got["content-type"], body }), reject);
      })
        .on("error", reject)
        .end();
    });
  const close = async () => {
    await admin[Symbol.asyncDispose]();
    metrics[Symbol.dispose]();
  };
  return { admin, get, readiness, [Symbol.asyncDispose]: close };
}

test("shows metrics, probes, configuration and heap, and nothing else", async () => {
  await using admin = await opened();
  expect(await admin.get("/metrics")).toMatchObject({ status: 200, type: expect.stringContaining("version=0.0.4") });
  expect((await admin.get("/metrics")).body).toContain("# TYPE skein_rpc_server_duration_seconds histogram");
  expect((await admin.get("/livez")).body).toBe("ok\n");
  expect((await admin.get("/readyz")).status).toBe(200);
  admin.readiness.drain();
  expect((await admin.get("/readyz")).status).toBe(503);
  expect((await admin.get("/debug/config?x")).body).toBe("PORT=8080\nSECRET=[redacted]\n");
  const heap = JSON.parse((await admin.get("/debug/heap")).body);
  expect(heap.memory.rss).toBeGreaterThan(1e6);
  expect(heap.active).toMatchObject({ TCPServerWrap: expect.any(Number) });
  expect((await admin.get("/debug")).status).toBe(404);
});

test.each(["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1"])(
  "a request for host %j is refused",
  async (host) => {
    await using admin = await opened();
    for (const path of ["/metrics", "/livez", "/debug/config"])
      expect((await admin.get(path, { host })).status).toBe(403);
  },
);

test.each(["localhost", "LOCALHOST:1234", "127.0.0.1:80", "[::1]:9"])(
  "a request for host %j is answered",
  async (host) => {
    await using admin = await opened();
    expect((await admin.get("/livez", { host })).status).toBe(200);
  },
);

test("a host that was named is let in, and only GET and HEAD are", async () => {
  await using admin = await opened({ hosts: ["10.0.0.1"] });
  expect((await admin.get("/metrics", { host: "10.0.0.1:9090" })).status).toBe(200);
  expect((await admin.get("/metrics", {}, "POST")).status).toBe(405);
  expect(await admin.get("/metrics", {}, "HEAD")).toMatchObject({ status: 200, body: "" });
});

test("what cannot be read is an error of its own, without its reason", async () => {
  await using admin = await opened({
    config: () => {
      throw new Error("password=hunter2");
    },
  });
  expect(await admin.get("/debug/config")).toMatchObject({ status: 500, body: "could not be read\n" });
});
