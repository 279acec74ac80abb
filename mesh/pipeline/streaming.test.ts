import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createHandlerContext } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { Health } from "#gen/grpc/health/v1/health_pb.ts";
import { GatewayInfoService, GetServerInfoRequestSchema } from "#gen/skein/gateway/v1/gateway_info_service_pb.ts";
import { current } from "../context.ts";
import { createRevocations } from "../identity/revocations.ts";
import { realLent } from "../lent.ts";
import { createLogger } from "../telemetry/logger.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { type ChainParts, chain } from "./chain.ts";
import { createLimiter } from "./limiter.ts";

// No contract of ours streams yet: the chain is asked with one that says it does.
const method = { ...GatewayInfoService.method.getServerInfo, methodKind: "server_streaming" as const };

function parts(lines: string[]): ChainParts {
  return {
    service: "content",
    guard: {
      keyring: undefined as never,
      readAssertion: undefined as never,
      revocations: createRevocations(),
      mayCall: () => true,
    },
    lent: realLent(),
    limiter: createLimiter(10),
    metrics: createMetrics(),
    log: createLogger({
      level: "debug",
      service: "content",
      destination: { write: (line: string) => void lines.push(line) },
    }),
    fingerprintKey: new Uint8Array(32),
    strictBudgets: false,
    admit: async () => ({ from: "gateway", actor: undefined, assertion: "", clientAddress: "" }),
  };
}
const open = (rpc: () => AsyncIterable<object>, lines: string[]) => {
  const call = createHandlerContext({
    service: Health,
    method: method as never,
    protocolName: "connect",
    requestMethod: "POST",
    url: "",
  });
  const made = parts(lines);
  const stream = chain(
    made,
    method as never,
    (() => rpc()) as never,
  )(create(GetServerInfoRequestSchema) as never, call) as AsyncIterable<object>;
  return { stream, limiter: made.limiter };
};
const callLines = (lines: readonly string[]) =>
  lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "call");

test("every step of a stream runs inside its call", async () => {
  const lines: string[] = [];
  const seen: unknown[] = [];
  const { stream } = open(async function* () {
    for (let at = 0; at < 3; at++) {
      await Promise.resolve();
      seen.push(current()?.service);
      yield {};
    }
  }, lines);
  for await (const _ of stream) expect(current()).toBeUndefined();
  expect(seen).toEqual(["content", "content", "content"]);
  expect(callLines(lines)).toMatchObject([{ code: "OK" }]);
});

test("a client that leaves in the middle ends the handler, and the call is counted once", async () => {
  const lines: string[] = [];
  let ended = false;
  const { stream, limiter } = open(async function* () {
    try {
      for (;;) yield {};
    } finally {
      ended = true;
    }
  }, lines);
  for await (const _ of stream) break;
  expect(ended).toBe(true);
  expect(limiter.busy).toBe(0);
  expect(callLines(lines)).toMatchObject([{ code: "Canceled" }]);
});

test("a stream that fails fails as a call does", async () => {
  const lines: string[] = [];
  const { stream, limiter } = open(async function* () {
    yield {};
    throw new Error("hidden");
  }, lines);
  const error = await Array.fromAsync(stream).catch((thrown: unknown) => ConnectError.from(thrown));
  expect(error).toMatchObject({ code: Code.Internal, rawMessage: expect.stringMatching(/^internal error, request /) });
  expect(limiter.busy).toBe(0);
});
