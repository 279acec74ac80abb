import {
  create,
  createFileRegistry,
  type DescMethodServerStreaming,
  type DescService,
  setExtension,
} from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import {
  FileDescriptorProtoSchema,
  MethodDescriptorProtoSchema,
  MethodOptions_IdempotencyLevel,
  MethodOptionsSchema,
  ServiceDescriptorProtoSchema,
  timestampFromDate,
} from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";
import {
  file_skein_gateway_v1_gateway_info_service,
  type GetServerInfoRequest,
  type GetServerInfoResponse,
} from "#gen/skein/gateway/v1/gateway_info_service_pb.ts";
import { RevocationSchema } from "#gen/skein/identity/v1/session_service_pb.ts";
import {
  Auth,
  method as methodOption,
  MethodOptionsSchema as OurOptionsSchema,
  Tier,
} from "#gen/skein/options/v1/options_pb.ts";
import { toy } from "#mesh/testing/toy.ts";
import { SESSION, startTestGate } from "../testing.ts";

const caught = (call: Promise<unknown>) => call.then(() => undefined, ConnectError.from);

const streamOf = (method: DescService["method"][string] | undefined) =>
  method as DescMethodServerStreaming<GenMessage<GetServerInfoRequest>, GenMessage<GetServerInfoResponse>>;

/** A contract that streams: none of the services has one yet, and the gateway must not care. */
function tickContract(): DescService & { method: { watch: ReturnType<typeof streamOf> } } {
  const options = create(MethodOptionsSchema, { idempotencyLevel: MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS });
  setExtension(
    options,
    methodOption,
    create(OurOptionsSchema, {
      auth: Auth.USER,
      public: true,
      tier: Tier.STANDARD,
      deadlineMs: 1_000,
      p99Ms: 100,
      budget: {},
    }),
  );
  const messages = "skein.gateway.v1.GetServerInfo";
  const method = create(MethodDescriptorProtoSchema, {
    name: "Watch",
    inputType: `.${messages}Request`,
    outputType: `.${messages}Response`,
    serverStreaming: true,
    options,
  });
  const service = create(ServiceDescriptorProtoSchema, { name: "TickService", method: [method] });
  const file = create(FileDescriptorProtoSchema, {
    name: "skein/tick/v1/tick.proto",
    package: "skein.tick.v1",
    syntax: "proto3",
    dependency: ["skein/gateway/v1/gateway_info_service.proto"],
    service: [service],
  });
  const registry = createFileRegistry(file, (name) =>
    name === file.dependency[0] ? file_skein_gateway_v1_gateway_info_service.proto : dependency(name),
  );
  return registry.getService("skein.tick.v1.TickService") as never;
}
const dependency = (name: string) =>
  file_skein_gateway_v1_gateway_info_service.dependencies.find((one) => one.proto.name === name)?.proto ?? deep(name);
const deep = (name: string) =>
  file_skein_gateway_v1_gateway_info_service.dependencies
    .flatMap((one) => one.dependencies)
    .find((one) => one.proto.name === name)?.proto;

test("a stream comes message by message, and ends with the session that opened it", async () => {
  const Tick = tickContract();
  const ended: unknown[] = [];
  const next = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const tick = toy("social-graph", [Tick], {
    watch: () =>
      async function* (_, context) {
        context.answerHeaders.set("skein-spent", "1");
        yield { version: "1" } as never;
        await next[0]?.promise;
        yield { version: "2" } as never;
        await next[1]?.promise;
        yield { version: "3" } as never;
      },
  });
  await using gate = await startTestGate({
    also: [tick],
    handlers: {
      listRevocations: async () => ({ revocations: ended, position: BigInt(ended.length), more: false }) as never,
    },
  });
  const client = createClient(Tick, createConnectTransport({ baseUrl: gate.url, httpVersion: "2" }));
  const spent: (string | null)[] = [];
  const onHeader = (headers: Headers) => void spent.push(headers.get("skein-spent"));
  const stream = client.watch({}, { headers: gate.bearer(), onHeader })[Symbol.asyncIterator]();
  expect((await stream.next()).value?.version).toBe("1");
  expect(spent).toEqual(["1"]);
  next[0]?.resolve();
  expect((await stream.next()).value?.version).toBe("2");
  const now = gate.mesh.clock.now();
  ended.push(
    create(RevocationSchema, {
      position: 1n,
      subject: { case: "sessionId", value: SESSION },
      revokedAt: timestampFromDate(now),
      expiresAt: timestampFromDate(new Date(now.getTime() + 3_600_000)),
    }),
  );
  await gate.mesh.settle();
  next[1]?.resolve();
  expect((await caught(stream.next()))?.findDetails(FailureSchema)[0]?.reason).toBe("TOKEN_REVOKED");
  expect((await caught(client.watch({})[Symbol.asyncIterator]().next()))?.code).toBe(Code.Unauthenticated);
});
