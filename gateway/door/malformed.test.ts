import { Code } from "@connectrpc/connect";
import { createMethodUrl } from "@connectrpc/connect/protocol";
import { credentials, makeGenericClientConstructor } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { startTestGate } from "../testing.ts";

const garbage = Uint8Array.of(0x0a, 0xff, 0xff, 0xff);

test("a body that is no message is its sender's mistake, in Connect and in gRPC", async () => {
  await using gate = await startTestGate();
  const url = createMethodUrl(gate.url, IdentityService.method.getProfile);
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/proto" }, body: garbage });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({
    code: "invalid_argument",
    message: expect.stringContaining("parse binary"),
  });

  const path = new URL(url).pathname;
  const raw = {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: Buffer.from,
    requestDeserialize: Buffer.from,
    responseSerialize: Buffer.from,
    responseDeserialize: Buffer.from,
  };
  const Client = makeGenericClientConstructor({ getProfile: raw }, "raw");
  const client = new Client(new URL(gate.url).host, credentials.createInsecure());
  const status = await new Promise<number>((resolve) => {
    client.makeUnaryRequest(path, Buffer.from, Buffer.from, Buffer.from(garbage), (error) => resolve(error?.code ?? 0));
  });
  client.close();
  expect(status).toBe(Code.InvalidArgument);
});
