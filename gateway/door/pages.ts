import type { DescService } from "@bufbuild/protobuf";
import type { HandlerRequest } from "#mesh/listener/doors.ts";
import type { Readiness } from "#mesh/readiness.ts";
import { version } from "../version.ts";
import { type Reply, reply } from "./reply.ts";

const TEXT = "text/plain; charset=utf-8";

/** Whether the process lives and whether it should be sent work: the public part of it, without reasons. */
export function probe(path: string, readiness: Readiness): Reply | undefined {
  if (path === "/livez") return reply(200, TEXT, "ok\n");
  if (path !== "/readyz") return undefined;
  const { ready, draining } = readiness.report();
  return ready ? reply(200, TEXT, "ready\n") : reply(503, TEXT, draining ? "draining\n" : "not ready\n");
}

/** What stands at the root: what this is, what it offers, and how to call it. */
export function index({ headers }: HandlerRequest, offered: readonly DescService[], authority: string): Reply {
  const services = offered.map(({ typeName }) => typeName);
  if (/\bjson\b/.test(headers.accept ?? "")) {
    const described = { name: "skein", version, services };
    return reply(200, "application/json", `${JSON.stringify(described, null, 2)}\n`);
  }
  const here = /^[\w.:[\]-]+$/.test(authority) ? authority : "this-host";
  const lines = [
    `Skein ${version}`,
    "",
    "One port for Connect, gRPC (h2c), gRPC-Web and plain HTTP with JSON. For example:",
    "",
    `  curl -H 'content-type: application/json' -d '{}' http://${here}/skein.gateway.v1.GatewayInfoService/GetServerInfo`,
    `  grpcurl -plaintext ${here} list`,
    "",
    "Services:",
    "",
    ...services.map((name) => `  ${name}`),
    "",
  ];
  return reply(200, TEXT, lines.join("\n"));
}
