import { create, toBinary } from "@bufbuild/protobuf";
import { createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  GetProfileRequestSchema,
  GetProfileResponseSchema,
  IdentityService,
} from "#gen/skein/identity/v1/identity_service_pb.ts";
import { type Answer, answerBytes, answerMessage, encoded } from "./encoded.ts";
import { HOP_HEADER, signHop } from "./identity/hop.ts";
import { toy } from "./testing/toy.ts";
import { startTestMesh, type TestMesh } from "./testing.ts";

const ANN = "0193aaaa-0000-7000-8000-000000000001";
const method = IdentityService.method.getProfile;
// Two encodings of one message, one behind the other, are the two merged: what a timeline makes of stored cards.
const halves = [{ profile: { accountId: ANN } }, { profile: { handle: "ann" } }];
const joined = Buffer.concat(halves.map((half) => toBinary(method.output, create(method.output, half))));

let mesh: TestMesh;
beforeAll(async () => {
  const ready = () => async () => encoded(GetProfileResponseSchema, joined);
  mesh = await startTestMesh([toy("identity", [IdentityService], { getProfile: ready })], { MESH_PORT: "0" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const hop = () => {
  const about = { method: "skein.identity.v1.IdentityService/GetProfile", assertion: "", client: "" };
  return signHop(mesh.mesh.keyringOf("gateway"), "identity", about, mesh.clock.now());
};

test("an answer is the same as bytes and as a message, whichever it was given as", () => {
  const message = create(method.output, { profile: { accountId: ANN } });
  const bytes = toBinary(method.output, message);
  for (const answer of [message, encoded(method.output, bytes)] as Answer[]) {
    expect(answerMessage(method.output, answer)).toEqual(message);
    expect(answerBytes(method.output, answer)).toEqual(bytes);
  }
});

test("who asks with bytes gets the very bytes that the handler gave", async () => {
  const body = toBinary(GetProfileRequestSchema, create(GetProfileRequestSchema, { accountId: ANN }));
  const asked = { method, header: new Map([[HOP_HEADER, hop()]]), body, signal: undefined, timeoutMs: undefined };
  const answer = await mesh.mesh.find(IdentityService)?.exchange(asked);
  expect(answer?.body).toBe(joined);
});

test.each<[string, (baseUrl: string) => Transport]>([
  ["within the process", () => mesh.transport],
  ["Connect, binary", (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2" })],
  ["Connect, JSON", (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: false })],
  ["gRPC", (baseUrl) => createGrpcTransport({ baseUrl })],
])("a typed client gets bytes as their message: %s", async (_, open) => {
  const client = createClient(IdentityService, open(`http://127.0.0.1:${mesh.mesh.port}`));
  const { profile } = await client.getProfile({ accountId: ANN }, { headers: { [HOP_HEADER]: hop() } });
  expect(profile).toMatchObject({ accountId: ANN, handle: "ann" });
});
