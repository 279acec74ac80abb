import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, createClient, createRouterTransport } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { describe, expect, test } from "vitest";
import { Health } from "#gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "#gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ServerReflectionAlpha } from "#gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { createReadiness, healthRoutes } from "./health.ts";
import { listen } from "./listener.ts";
import { reflectionRoutes } from "./reflection.ts";

const routes = reflectionRoutes([Health, IdentityService]);
const transport = createRouterTransport(({ service }) => {
  service(ServerReflection, routes.v1);
  service(ServerReflectionAlpha, routes.v1alpha);
});
const clients = [
  ["v1", createClient(ServerReflection, transport)],
  ["v1alpha", createClient(ServerReflectionAlpha, transport)],
] as const;

// Both versions are asked alike.
type Asking =
  | { case: "listServices" | "fileByFilename" | "fileContainingSymbol" | "allExtensionNumbersOfType"; value: string }
  | { case: "fileContainingExtension"; value: { containingType: string; extensionNumber: number } }
  | { case: undefined };

describe.each(clients)("reflection %s", (_version, client) => {
  async function ask(...questions: Asking[]) {
    async function* requests() {
      for (const messageRequest of questions) yield { host: "h", messageRequest };
    }
    const answers = [];
    for await (const { messageResponse, validHost, originalRequest } of client.serverReflectionInfo(requests())) {
      expect(validHost).toBe("h");
      expect(originalRequest?.messageRequest.case).toBe(questions[answers.length]?.case);
      answers.push(messageResponse);
    }
    return answers;
  }
  async function names(...questions: Asking[]) {
    return (await ask(...questions)).map((answer) => {
      const files = answer.case === "fileDescriptorResponse" ? answer.value.fileDescriptorProto : [];
      return files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
    });
  }

  test("lists the services, its own included", async () => {
    const [answer] = await ask({ case: "listServices", value: "" });
    expect(answer?.case === "listServicesResponse" && answer.value.service.map(({ name }) => name)).toEqual([
      "grpc.health.v1.Health",
      "skein.identity.v1.IdentityService",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
    ]);
  });

  test.each([
    "skein.identity.v1.Account",
    "skein.identity.v1.Account.email",
    "skein.identity.v1.AccountState",
    "skein.identity.v1.ACCOUNT_STATE_ACTIVE",
  ])("finds the file of %s and everything it imports", async (value) => {
    const [files] = await names({ case: "fileContainingSymbol", value });
    expect(files?.[0]).toBe("skein/identity/v1/account.proto");
    expect(files?.slice(1).toSorted()).toEqual([
      "google/protobuf/descriptor.proto",
      "google/protobuf/timestamp.proto",
      "skein/options/v1/options.proto",
    ]);
  });

  test("finds services and methods", async () => {
    const value = "skein.identity.v1.IdentityService";
    const method = `${value}.${IdentityService.methods[0]?.name}`;
    const found = await names({ case: "fileContainingSymbol", value }, { case: "fileContainingSymbol", value: method });
    expect(found.map((files) => files?.[0])).toEqual(Array(2).fill("skein/identity/v1/identity_service.proto"));
  });

  test("does not send a dependency twice on one stream, but always what was asked for", async () => {
    const value = "skein/identity/v1/account.proto";
    const [first, second] = await names({ case: "fileByFilename", value }, { case: "fileByFilename", value });
    expect(first?.length).toBe(4);
    expect(second).toEqual([value]);
  });

  test("knows extensions by number", async () => {
    const containingType = "google.protobuf.MethodOptions";
    const [files, numbers] = await ask(
      { case: "fileContainingExtension", value: { containingType, extensionNumber: 50071 } },
      { case: "allExtensionNumbersOfType", value: containingType },
    );
    expect(files?.case).toBe("fileDescriptorResponse");
    expect(numbers?.value).toMatchObject({ baseTypeName: containingType, extensionNumber: [50071] });
  });

  test("answers what it cannot with an error and goes on", async () => {
    const answers = await ask(
      { case: "fileByFilename", value: "no.proto" },
      { case: "fileContainingSymbol", value: "no.Such" },
      {
        case: "fileContainingExtension",
        value: { containingType: "google.protobuf.MethodOptions", extensionNumber: 1 },
      },
      { case: "allExtensionNumbersOfType", value: "no.Such" },
      { case: undefined },
      { case: "listServices", value: "" },
    );
    const codes = answers.map((answer) => (answer.case === "errorResponse" ? answer.value.errorCode : 0));
    expect(codes).toEqual([Code.NotFound, Code.NotFound, Code.NotFound, Code.NotFound, Code.InvalidArgument, 0]);
  });
});

test("buf curl lists and calls through it", { timeout: 30_000 }, async () => {
  const readiness = createReadiness();
  readiness.set("all", true);
  const handler = connectNodeAdapter({
    routes: ({ service }) => {
      service(
        Health,
        healthRoutes(readiness, () => [Health.typeName]),
      );
      service(ServerReflection, routes.v1);
      service(ServerReflectionAlpha, routes.v1alpha);
    },
  });
  await using listener = await listen({ host: "127.0.0.1", port: 0, handler });
  const buf = async (...args: string[]) => {
    const fixed = ["curl", "--protocol", "grpc", "--http2-prior-knowledge"];
    return (await promisify(execFile)("node_modules/.bin/buf", [...fixed, ...args])).stdout;
  };
  expect(await buf("--list-methods", listener.url)).toContain("grpc.health.v1.Health/Check");
  const data = JSON.stringify({ service: Health.typeName });
  for (const version of ["grpc-v1", "grpc-v1alpha"]) {
    const args = ["--reflect-protocol", version, "-d", data, `${listener.url}/grpc.health.v1.Health/Check`];
    expect(JSON.parse(await buf(...args))).toEqual({ status: "SERVING" });
  }
});
