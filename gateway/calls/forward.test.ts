import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { failuresOf } from "#mesh/failure.ts";
import { startTestGate, type TestGate } from "../testing.ts";

const connectTo = ({ url }: Pick<TestGate, "url">) => createConnectTransport({ baseUrl: url, httpVersion: "2" });
const caught = (call: Promise<unknown>) => call.then(() => undefined, ConnectError.from);

test("what is left of the client's time travels on, and its end reaches whoever works for it", async () => {
  const ended = Promise.withResolvers<number>();
  let left = 0;
  await using gate = await startTestGate({
    handlers: {
      getMe: async (_, context) => {
        left = context.timeoutMs() ?? 0;
        const { promise } = Promise.withResolvers<never>();
        context.signal.addEventListener("abort", () => ended.resolve(performance.now()));
        return promise;
      },
    },
  });
  const identity = createClient(IdentityService, connectTo(gate));
  const began = performance.now();
  const error = await caught(identity.getMe({}, { headers: gate.bearer(), timeoutMs: 300 }));
  expect(error?.code).toBe(Code.DeadlineExceeded);
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(300);
  expect((await ended.promise) - began).toBeLessThan(1_000);
});

test("a client that goes away takes its work with it", async () => {
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using gate = await startTestGate({
    handlers: {
      getMe: async (_, context) => {
        context.signal.addEventListener("abort", () => ended.resolve());
        begun.resolve();
        return Promise.withResolvers<never>().promise;
      },
    },
  });
  const gone = new AbortController();
  const call = caught(
    createClient(IdentityService, connectTo(gate)).getMe({}, { headers: gate.bearer(), signal: gone.signal }),
  );
  await begun.promise;
  gone.abort();
  await ended.promise;
  expect((await call)?.code).toBe(Code.Canceled);
});

test("a service's reasons pass as they are, its bugs do not", async () => {
  const failure = failuresOf("identity", { HANDLE_TAKEN: [Code.AlreadyExists, "that handle is taken"] });
  await using gate = await startTestGate({
    handlers: {
      getProfile: async () => {
        throw new TypeError("secret_table has no column hunter2");
      },
      getMe: async () => {
        throw failure("HANDLE_TAKEN", { facts: { field: "handle" }, retryAfterMs: 2_000 });
      },
    },
  });
  for (const transport of [connectTo(gate), createGrpcTransport({ baseUrl: gate.url })]) {
    const identity = createClient(IdentityService, transport);
    const expected = await caught(identity.getMe({}, { headers: { ...gate.bearer(), "x-request-id": "r-1" } }));
    expect(expected?.code).toBe(Code.AlreadyExists);
    expect(expected?.findDetails(FailureSchema)[0]).toMatchObject({
      domain: "identity",
      reason: "HANDLE_TAKEN",
      facts: { field: "handle" },
      requestId: "r-1",
    });
    expect(expected?.metadata.get("retry-after")).toBe("2");
    const bug = await caught(
      identity.getProfile(
        { accountId: "01920000-0000-7000-8000-000000000001" },
        { headers: { "x-request-id": "r-2" } },
      ),
    );
    expect(bug?.code).toBe(Code.Internal);
    expect(bug?.rawMessage).toBe("internal error, request r-2");
  }
});

test("a service that nobody serves is away, and everything else goes on", async () => {
  await using gate = await startTestGate({
    handlers: { getMe: async () => Promise.reject(new ConnectError("away", Code.Unavailable)) },
  });
  const identity = createClient(IdentityService, connectTo(gate));
  expect((await caught(identity.getMe({}, { headers: gate.bearer() })))?.code).toBe(Code.Unavailable);
  expect(gate.staged.calls).toHaveLength(2); // a read is tried once more, by the gateway and nobody else
  expect((await caught(identity.changeHandle({ handle: "anna" }, { headers: gate.bearer() })))?.code).toBeUndefined();
});
