import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { type Health, HealthCheckResponse_ServingStatus as Status } from "#gen/grpc/health/v1/health_pb.ts";
import type { HandlerRequest, HandlerResponse } from "./listener/doors.ts";
import type { Readiness, Report } from "./readiness.ts";

export { createReadiness, type Readiness } from "./readiness.ts";

/**
 * grpc.health.v1 over a readiness. The empty name is the whole; a service named by a part of its own is down with that
 * part, too. `serviceNames` is asked each time, so services may come later.
 */
export function healthRoutes(readiness: Readiness, serviceNames: () => readonly string[]): ServiceImpl<typeof Health> {
  const statusOf = (service: string, report: Report): Status => {
    if (service !== "" && !serviceNames().includes(service)) return Status.SERVICE_UNKNOWN;
    const up = report.ready && report.parts[service]?.up !== false;
    return up ? Status.SERVING : Status.NOT_SERVING;
  };
  return {
    check({ service }) {
      const status = statusOf(service, readiness.report());
      if (status === Status.SERVICE_UNKNOWN) throw new ConnectError("no such service here", Code.NotFound);
      return { status };
    },
    async *watch({ service }, { signal }) {
      let last: Status | undefined;
      for await (const report of readiness.watch(signal)) {
        const status = statusOf(service, report);
        if (status !== last) yield { status };
        last = status;
      }
    },
    list() {
      const report = readiness.report();
      return {
        statuses: Object.fromEntries(["", ...serviceNames()].map((name) => [name, { status: statusOf(name, report) }])),
      };
    },
  };
}

/**
 * Answers `/livez` (the process runs; looks at nothing else) and `/readyz` (200 or 503, with every part and its reason,
 * so not for the public edge). False means that the request is somebody else's.
 */
export function probe(request: HandlerRequest, response: HandlerResponse, readiness: Readiness): boolean {
  const path = request.url?.split("?", 1)[0];
  if (path !== "/livez" && path !== "/readyz") return false;
  const headers = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { ...headers, allow: "GET, HEAD" });
    response.end();
    return true;
  }
  if (path === "/livez") {
    response.writeHead(200, { ...headers, "content-type": "text/plain; charset=utf-8" });
    response.end("ok\n");
    return true;
  }
  const report = readiness.report();
  response.writeHead(report.ready ? 200 : 503, { ...headers, "content-type": "application/json" });
  response.end(`${JSON.stringify({ status: summary(report), parts: report.parts })}\n`);
  return true;
}

function summary({ ready, draining, parts }: Report): "ready" | "degraded" | "draining" | "unready" {
  if (draining) return "draining";
  if (!ready) return "unready";
  return Object.values(parts).every((part) => part.up) ? "ready" : "degraded";
}
