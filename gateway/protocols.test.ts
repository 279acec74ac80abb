import { once } from "node:events";
import { connect as connectH2 } from "node:http2";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import {
  createGrpcWebTransport as createWebGrpcWebTransport,
  createConnectTransport as createWebTransport,
} from "@connectrpc/connect-web";
import { credentials, Metadata, makeGenericClientConstructor, type ServiceError, status } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Health, HealthCheckResponse_ServingStatus } from "#gen/grpc/health/v1/health_pb.ts";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";
import { GatewayInfoService } from "#gen/skein/gateway/v1/gateway_info_service_pb.ts";
import {
  GetMeRequestSchema,
  GetMeResponseSchema,
  IdentityService,
} from "#gen/skein/identity/v1/identity_service_pb.ts";
import { startTestGate, type TestGate } from "./testing.ts";

let gate: TestGate;
beforeAll(async () => {
  gate = await startTestGate();
});
afterAll(async () => {
  await gate[Symbol.asyncDispose]();
});

const paths: Record<string, (baseUrl: string) => Transport> = {
  "Connect, JSON, HTTP/1.1": (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: false }),
  "Connect, binary, HTTP/1.1": (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: true }),
  "Connect, JSON, h2c": (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: false }),
  "Connect, binary, h2c": (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: true }),
  "Connect, GET, HTTP/1.1": (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1", useHttpGet: true }),
  "Connect, GET, h2c": (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2", useHttpGet: true }),
  "gRPC, h2c": (baseUrl) => createGrpcTransport({ baseUrl }),
  "gRPC-Web, HTTP/1.1": (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
  "gRPC-Web, h2c": (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
  "Connect by fetch, as browsers do": (baseUrl) => createWebTransport({ baseUrl }),
  "Connect GET by fetch": (baseUrl) => createWebTransport({ baseUrl, useHttpGet: true }),
  "gRPC-Web by fetch": (baseUrl) => createWebGrpcWebTransport({ baseUrl }),
};

describe.each(Object.entries(paths))("%s", (_, open) => {
  test("answers, refuses with a reason, and knows nothing that is not public", async () => {
    const transport = open(gate.url);
    const identity = createClient(IdentityService, transport);
    const me = await identity.getMe({}, { headers: gate.bearer() });
    expect(me.account?.email).toBe("me@example.org");

    const refusal = await identity.getMe({}).then(() => undefined, ConnectError.from);
    expect(refusal?.code).toBe(Code.Unauthenticated);
    expect(refusal?.findDetails(FailureSchema)[0]).toMatchObject({ domain: "mesh", reason: "UNAUTHENTICATED" });

    const info = await createClient(GatewayInfoService, transport).getServerInfo({});
    expect(info.services).toContain("skein.identity.v1.IdentityService");
    expect((await createClient(Health, transport).check({})).status).toBe(HealthCheckResponse_ServingStatus.SERVING);
  });
});

test("a plain gRPC client of another make calls, and sees status and request id", async () => {
  const Client = makeGenericClientConstructor(
    {
      getMe: {
        path: "/skein.identity.v1.IdentityService/GetMe",
        requestStream: false,
        responseStream: false,
        requestSerialize: (request) => Buffer.from(toBinary(GetMeRequestSchema, request)),
        requestDeserialize: (bytes) => fromBinary(GetMeRequestSchema, bytes),
        responseSerialize: (answer) => Buffer.from(toBinary(GetMeResponseSchema, answer)),
        responseDeserialize: (bytes) => fromBinary(GetMeResponseSchema, bytes),
      },
    },
    "Identity",
  );
  const client = new Client(`127.0.0.1:${gate.port}`, credentials.createInsecure());
  const ask = (metadata: Metadata) => {
    const { promise, resolve } = Promise.withResolvers<{
      error: ServiceError | null;
      answer: unknown;
      first: Metadata;
    }>();
    let first = new Metadata();
    const call = client.getMe?.(create(GetMeRequestSchema), metadata, (error: ServiceError | null, answer: unknown) =>
      resolve({ error, answer, first }),
    );
    call?.on("metadata", (received: Metadata) => {
      first = received;
    });
    return promise;
  };
  try {
    const metadata = new Metadata();
    metadata.set("authorization", gate.bearer().authorization);
    expect((await ask(metadata)).answer).toMatchObject({ account: { email: "me@example.org" } });
    const refused = await ask(new Metadata());
    expect(refused.error?.code).toBe(status.UNAUTHENTICATED);
    expect(refused.first.get("x-request-id")).toHaveLength(1);
    expect(refused.error?.metadata.get("www-authenticate")).toEqual(["Bearer"]);
  } finally {
    client.close();
  }
});

test("what is not public, unknown methods and unknown services are one answer", async () => {
  const post = (path: string, type: string) =>
    fetch(gate.url + path, { method: "POST", headers: { "content-type": type, "x-request-id": "same" }, body: "{}" });
  const paths = [
    "/skein.identity.v1.SessionService/ListRevocations",
    "/skein.identity.v1.SessionService/NoSuchThing",
    "/skein.no.v1.Such/Thing",
  ];
  for (const type of ["application/json", "application/proto", "application/grpc-web", "text/plain"]) {
    const answers = await Promise.all(
      paths.map(async (path) => {
        const response = await post(path, type);
        const headers = [...response.headers].filter(([name]) => !["date", "traceparent"].includes(name));
        return JSON.stringify([response.status, headers, await response.text()]);
      }),
    );
    expect(new Set(answers).size).toBe(1);
  }
  expect(await (await post(paths[0] ?? "", "application/json")).json()).toMatchObject({ code: "unimplemented" });
});

test("a gRPC client is told in gRPC that a method is unknown", async () => {
  const session = connectH2(gate.url);
  const stream = session.request({
    ":method": "POST",
    ":path": "/skein.identity.v1.SessionService/IntrospectToken",
    "content-type": "application/grpc",
  });
  stream.end();
  const [headers] = await once(stream, "response");
  expect(headers).toMatchObject({ ":status": 200, "grpc-status": "12" });
  session.close();
});
