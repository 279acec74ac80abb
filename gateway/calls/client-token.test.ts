import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { createConnectTransport as createWebTransport } from "@connectrpc/connect-web";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LogPositionSchema } from "#gen/skein/common/v1/consistency_pb.ts";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { encodePositions, positionsKnown } from "#mesh/consistency.ts";
import type { Deps } from "../deps.ts";
import { startTestGate, type TestGate } from "../testing.ts";
import { createClientTokens } from "./client-token.ts";

let gate: TestGate;
let seq = 0n;
let failing = false;
beforeAll(async () => {
  gate = await startTestGate({
    handlers: {
      changeHandle: async (_, context) => {
        context.noted.wrote.push({ partition: 3, seq: ++seq });
        if (failing) throw new ConnectError("away", Code.FailedPrecondition);
        return {};
      },
    },
  });
});
afterAll(async () => {
  await gate[Symbol.asyncDispose]();
});

const ACCOUNT_ID = "01920000-0000-7000-8000-000000000001";
/** What the service behind the last call was told. */
const told = () => {
  const last = gate.staged.calls.at(-1);
  return last && positionsKnown(last).map((one) => `${one.service}/${one.partition}@${one.seq}`);
};

type Ask = (token?: string) => Promise<{ answer?: Headers; error?: ConnectError }>;
/** A mutation and two reads, of which the second may be kept by caches, as one client calls them. */
function clientOn(transport: Transport): Record<"write" | "read" | "cached", Ask> {
  const client = createClient(IdentityService, transport);
  const asking =
    (call: (options: object) => Promise<unknown>): Ask =>
    async (token) => {
      const { promise, resolve } = Promise.withResolvers<Headers>();
      const headers = { ...gate.bearer(), ...(token !== undefined && { "skein-token": token }) };
      try {
        await call({ headers, onHeader: resolve });
        return { answer: await promise };
      } catch (thrown) {
        return { error: ConnectError.from(thrown) };
      }
    };
  return {
    write: asking((options) => client.changeHandle({ handle: "anna" }, options)),
    read: asking((options) => client.getMe({}, options)),
    cached: asking((options) => client.getProfile({ accountId: ACCOUNT_ID }, options)),
  };
}
const plain = () => clientOn(createConnectTransport({ baseUrl: gate.url, httpVersion: "1.1" }));
const tokenOf = async (ask: Promise<{ answer?: Headers }>) => (await ask).answer?.get("skein-token") ?? undefined;

describe.each<[string, (baseUrl: string) => Transport]>([
  ["Connect, JSON", (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: false })],
  ["Connect, binary, h2c", (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2" })],
  ["Connect, GET", (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1", useHttpGet: true })],
  ["gRPC", (baseUrl) => createGrpcTransport({ baseUrl })],
  ["gRPC-Web", (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" })],
  ["fetch, as browsers do", (baseUrl) => createWebTransport({ baseUrl })],
])("%s", (_, open) => {
  test("a client gets a token for what it wrote, and by it the services learn what it knows", async () => {
    const { write, read } = clientOn(open(gate.url));
    const token = await tokenOf(write());
    expect(token).toMatch(/^[\w-]{22,}$/);
    const { answer } = await read(token);
    expect(told()).toEqual([`identity/3@${seq}`]);
    const kept = answer?.get("skein-token") ?? "";
    await write(kept);
    expect(told()).toEqual([`identity/3@${seq - 1n}`]);
    expect(answer?.get("skein-wrote")).toBeNull(); // inside it has no seal
  });
});

test("a read gives no token to who brought none, and a failed write none at all", async () => {
  const { read, write } = plain();
  expect(await tokenOf(read())).toBeUndefined();
  expect(await tokenOf(read(""))).toBeUndefined();
  failing = true;
  const { error } = await write();
  failing = false;
  expect(error?.code).toBe(Code.FailedPrecondition);
  expect(error?.metadata.get("skein-token")).toBeNull();
});

test("what a cache may keep holds nobody's token, and is kept apart by the token that asked", async () => {
  const { cached } = clientOn(createConnectTransport({ baseUrl: gate.url, httpVersion: "1.1", useHttpGet: true }));
  const token = await tokenOf(plain().write());
  const { answer } = await cached(token);
  expect(told()).toEqual([`identity/3@${seq}`]);
  expect(answer?.get("cache-control")).toBe("private, no-cache");
  expect(answer?.get("skein-token")).toBeNull();
  expect(answer?.get("vary")).toContain("Skein-Token");
  expect(await tokenOf(plain().cached(token))).toBeDefined(); // the same by POST is for once
});

test("after a minute a token is empty, not wrong", async () => {
  const { write, read } = plain();
  const token = await tokenOf(write());
  gate.mesh.clock.advance(61_000);
  const { answer } = await read(token);
  expect(gate.staged.calls.at(-1)?.headers.has("skein-token")).toBe(false);
  await read(answer?.get("skein-token") ?? "");
  expect(told()).toEqual([]);
});

test("a forged, foreign or broken token is refused before anybody works for it", async () => {
  const { write, read } = plain();
  const genuine = (await tokenOf(write())) ?? "";
  const now = gate.mesh.clock.now();
  const position = create(LogPositionSchema, {
    service: "identity",
    partition: 3,
    seq: 9_999n,
    writtenAt: timestampFromDate(now),
  });
  const bytes = Buffer.from(genuine, "base64url");
  const changed = (at: number) => Buffer.from(bytes.map((byte, place) => (place === at ? byte ^ 1 : byte)));
  const headers = new Headers();
  const foreign = createClientTokens({ ...gate.mesh.deps<Deps>("gateway").keyring, derive: () => Buffer.alloc(32) });
  const noted = { wrote: [], heard: [encodePositions([position])], judged: false };
  foreign.answer({ method: IdentityService.method.changeHandle, known: [], noted }, now, headers);
  const before = gate.staged.calls.length;
  for (const token of [
    changed(0).toString("base64url"),
    changed(bytes.length - 1).toString("base64url"),
    bytes.subarray(1).toString("base64url"),
    bytes.subarray(-15).toString("base64url"),
    headers.get("skein-token") ?? "",
    encodePositions([position]),
    `${genuine}, ${genuine}`,
    `${genuine}=`,
    "x".repeat(4_096),
    "position",
  ]) {
    for (const ask of [read, write]) {
      const { error } = await ask(token);
      expect(error?.code, token).toBe(Code.InvalidArgument);
      expect(error?.findDetails(FailureSchema)[0]).toMatchObject({
        domain: "mesh",
        reason: "CONSISTENCY_TOKEN_INVALID",
      });
    }
  }
  expect(gate.staged.calls.length).toBe(before);
});
