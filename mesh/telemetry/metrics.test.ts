import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { Health } from "#gen/grpc/health/v1/health_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { createMetrics } from "./metrics.ts";

const nothing = { sql: 0, redis: 0, rpc: 0 };
const CHECK = 'service="grpc.health.v1.Health",method="Check"';

/** The value of one series, by its name and labels as printed. */
const read = (text: string, series: string) =>
  text.split("\n").flatMap((line) => (line.startsWith(`${series} `) ? [Number(line.slice(series.length + 1))] : []))[0];

describe("a served method", () => {
  test("is timed by outcome", async () => {
    using metrics = createMetrics();
    const meter = metrics.server(Health.method.check);
    for (const [code, seconds] of [
      [0, 0.004],
      [0, 0.02],
      [Code.DeadlineExceeded, 3],
      [99, 20],
    ] as const) {
      meter.started();
      meter.observeCall(code, seconds, nothing);
    }
    const text = await metrics.text();
    const bucket = (le: string, code: string) =>
      read(text, `skein_rpc_server_duration_seconds_bucket{le="${le}",${CHECK},code="${code}"}`);
    expect([bucket("0.0025", "ok"), bucket("0.005", "ok"), bucket("0.025", "ok")]).toEqual([0, 1, 2]);
    expect([bucket("2.5", "deadline_exceeded"), bucket("10", "deadline_exceeded")]).toEqual([0, 1]);
    expect([bucket("10", "unknown"), bucket("+Inf", "unknown")]).toEqual([0, 1]);
    expect(text.match(/code="ok"/g)?.length).toBe(12 + 3); // 12 buckets, +Inf, sum, count
  });

  test("counts what is in flight, shed, replayed and spent, the same each time it is read", async () => {
    using metrics = createMetrics();
    const meter = metrics.server(Health.method.check);
    expect(metrics.server(Health.method.check)).toBe(meter);
    for (let i = 0; i < 3; i++) meter.started();
    meter.observeCall(0, 0.1, { sql: 2, redis: 1, rpc: 0 });
    meter.shed("overload");
    meter.shed("overload");
    meter.replayed();
    await metrics.text();
    const text = await metrics.text();
    expect(read(text, `skein_rpc_server_in_flight{${CHECK}}`)).toBe(2);
    expect(read(text, `skein_rpc_server_shed_total{${CHECK},reason="overload"}`)).toBe(2);
    expect(read(text, `skein_idempotent_replays_total{${CHECK}}`)).toBe(1);
    expect(read(text, `skein_rpc_spent_total{${CHECK},kind="sql"}`)).toBe(2);
    expect(read(text, `skein_rpc_spent_total{${CHECK},kind="redis"}`)).toBe(1);
    expect(text).not.toContain("over_budget_total{"); // Health declares no budget
  });

  test("is known to go over the budget its contract declares", async () => {
    using metrics = createMetrics();
    const method = IdentityService.method.getMe;
    metrics.server(method).observeCall(0, 0.1, { sql: 1, redis: 0, rpc: 0 });
    expect(await metrics.text()).not.toContain("over_budget_total{");
    metrics.server(method).observeCall(0, 0.1, { sql: 1000, redis: 0, rpc: 0 });
    const series = `skein_rpc_over_budget_total{service="skein.identity.v1.IdentityService",method="${method.name}",kind="sql"}`;
    expect(read(await metrics.text(), series)).toBe(1);
  });
});

test("a called method is timed and its retries are counted", async () => {
  using metrics = createMetrics();
  const meter = metrics.client(Health.method.check);
  meter.observeCall(Code.Unavailable, 0.5);
  meter.retried();
  const text = await metrics.text();
  expect(read(text, `skein_rpc_client_duration_seconds_count{${CHECK},code="unavailable"}`)).toBe(1);
  expect(read(text, `skein_rpc_client_retries_total{${CHECK}}`)).toBe(1);
});

test("two hosts in one process do not share numbers, and show the process", async () => {
  using one = createMetrics();
  using two = createMetrics();
  one.server(Health.method.check).started();
  expect(await two.text()).not.toContain(CHECK);
  const text = await two.text();
  for (const name of ["nodejs_eventloop_lag_p99_seconds", "nodejs_heap_size_used_bytes", "process_cpu_seconds_total"]) {
    expect(read(text, name)).toBeGreaterThanOrEqual(0);
  }
  expect(read(text, "process_resident_memory_bytes")).toBeGreaterThan(1e6);
});
