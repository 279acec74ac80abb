import { type DescMethodUnary, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { callPolicy } from "../calls.ts";
import type { Context } from "../context.ts";
import type { LeanTransport } from "../exchange.ts";
import { failuresOf } from "../failure.ts";
import { HOP_HEADER, signHop } from "../identity/hop.ts";
import { toy } from "../testing/toy.ts";
import { layWire } from "../testing/wire.ts";
import { startTestMesh, type TestMesh } from "../testing.ts";
import { createPeers } from "./peers.ts";

// A hop is the same hop within a process, on the lean wire and through Connect's own client and server.

const ANN = "0193aaaa-0000-7000-8000-000000000001";
const LONG = "0193aaaa-0000-7000-8000-000000000002";
const SLOW = "0193aaaa-0000-7000-8000-000000000003";
const TAKEN = "0193aaaa-0000-7000-8000-000000000004";
const BROKEN = "0193aaaa-0000-7000-8000-000000000005";
const failure = failuresOf("identity", { HANDLE_TAKEN: [Code.AlreadyExists, "that handle is taken"] });

let mesh: TestMesh;
let begun = Promise.withResolvers<Context>();
beforeAll(async () => {
  const handlers = {
    getProfile: () => async (request: object, context: Context) => {
      const { accountId } = request as { accountId: string };
      begun.resolve(context);
      if (accountId === SLOW) return new Promise<never>(() => undefined);
      if (accountId === TAKEN) throw failure("HANDLE_TAKEN", { facts: { field: "handle" }, retryAfterMs: 2_000 });
      if (accountId === BROKEN) throw new TypeError("secret_table has no column hunter2");
      if (accountId === LONG) return { profile: { accountId, displayName: "x".repeat(300_000) } };
      return { profile: { accountId, handle: context.headers.get("idempotency-key") ?? "" } };
    },
  };
  mesh = await startTestMesh([toy("identity", [IdentityService], handlers as never)], { MESH_PORT: "0" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const urlOf = () => `http://127.0.0.1:${mesh.mesh.port}`;
const caller = () => {
  const keyring = mesh.mesh.keyringOf("gateway");
  return { keyring, lent: mesh.mesh.lent, ownerOf: () => "identity", retries: false };
};
const caught = (call: Promise<unknown>) => call.then(() => undefined, ConnectError.from);

/** Connect's own client, as if it took bytes. */
function overConnect(transport: Transport): LeanTransport {
  return {
    ...transport,
    async exchange({ method, signal, timeoutMs, header, body }) {
      const unary = method as DescMethodUnary;
      const message = fromBinary(method.input, body);
      const answer = await transport.unary(unary, signal, timeoutMs, [...header], message);
      return { header: answer.header, body: toBinary(method.output, answer.message) };
    },
  };
}

const ways: Record<string, () => LeanTransport & Partial<Disposable>> = {
  "within the process": () => mesh.mesh.find(IdentityService) as LeanTransport,
  "on the lean wire": () => {
    const peers = createPeers(new Map([["identity", urlOf()]]));
    return Object.assign(peers.find("identity") as LeanTransport, { [Symbol.dispose]: peers[Symbol.dispose] });
  },
  "through Connect": () => overConnect(createConnectTransport({ baseUrl: urlOf(), httpVersion: "2" })),
};

describe.each(Object.keys(ways))("%s", (name) => {
  let way: LeanTransport & Partial<Disposable>;
  beforeAll(() => {
    way = (ways[name] as () => LeanTransport)();
  });
  afterAll(() => way[Symbol.dispose]?.());
  const client = () => createClient(IdentityService, callPolicy(way, caller()));

  test("an answer comes as it was given, however long, and headers travel", async () => {
    const { profile } = await client().getProfile({ accountId: ANN }, { headers: { "Idempotency-Key": "once" } });
    expect(profile).toMatchObject({ accountId: ANN, handle: "once" });
    expect((await client().getProfile({ accountId: LONG })).profile?.displayName).toHaveLength(300_000);
  });

  test("a reason comes with its facts and its time, a bug with nothing", async () => {
    const expected = await caught(client().getProfile({ accountId: TAKEN }));
    expect(expected?.findDetails(FailureSchema)[0]).toMatchObject({
      ...{ domain: "identity", reason: "HANDLE_TAKEN" },
      facts: { field: "handle" },
    });
    expect([expected?.code, expected?.metadata.get("retry-after")]).toEqual([Code.AlreadyExists, "2"]);
    const bug = await caught(client().getProfile({ accountId: BROKEN }));
    const words = expect.stringMatching(/^internal error, request [0-9a-f-]{36}$/);
    expect([bug?.code, bug?.rawMessage]).toEqual([Code.Internal, words]);
  });

  test("what breaks a rule, is too long or proves nothing is refused", async () => {
    expect((await caught(client().getProfile({ accountId: "nobody" })))?.code).toBe(Code.InvalidArgument);
    const long = await caught(client().changeHandle({ handle: "x".repeat(70_000) }));
    expect([long?.code, long?.rawMessage]).toEqual([
      Code.ResourceExhausted,
      expect.stringMatching(/^message size (7\d{4} )?is larger than configured readMaxBytes 65536$/),
    ]);
    const bare = await caught(createClient(IdentityService, way).getProfile({ accountId: ANN }));
    expect(bare?.findDetails(FailureSchema)[0]?.reason).toBe("HOP_REFUSED");
  });

  test("the caller's time ends the call at both ends, and so does the caller", async () => {
    begun = Promise.withResolvers();
    const late = caught(client().getProfile({ accountId: SLOW }, { timeoutMs: 200 }));
    const { signal } = await begun.promise;
    expect((await late)?.code).toBe(Code.DeadlineExceeded);
    await expect.poll(() => signal.aborted).toBe(true);

    begun = Promise.withResolvers();
    const gone = new AbortController();
    const left = caught(client().getProfile({ accountId: SLOW }, { signal: gone.signal }));
    const second = await begun.promise;
    gone.abort();
    expect((await left)?.code).toBe(Code.Canceled);
    await expect.poll(() => second.signal.aborted).toBe(true);
  });
});

test("bytes that are no message are their sender's mistake, within the process and on the wire", async () => {
  const method = IdentityService.method.getProfile;
  const about = { method: "skein.identity.v1.IdentityService/GetProfile", assertion: "", client: "" };
  for (const name of ["within the process", "on the lean wire"]) {
    const way = (ways[name] as () => LeanTransport & Partial<Disposable>)();
    const proof = signHop(mesh.mesh.keyringOf("gateway"), "identity", about, mesh.clock.now());
    const header = new Map([[HOP_HEADER, proof]]);
    const body = Uint8Array.of(0x0a, 0xff, 0xff);
    const error = await caught(way.exchange({ method, header, body, signal: undefined, timeoutMs: undefined }));
    expect([error?.code, error?.rawMessage]).toEqual([Code.InvalidArgument, "parse binary: premature EOF"]);
    way[Symbol.dispose]?.();
  }
});

test("a peer that vanishes in the middle of a call is lost, not broken, and is found again when it is back", async () => {
  await using wire = await layWire(urlOf());
  using peers = createPeers(new Map([["identity", wire.url]]));
  const identity = createClient(IdentityService, callPolicy(peers.find("identity") as LeanTransport, caller()));
  begun = Promise.withResolvers();
  const lost = caught(identity.getProfile({ accountId: SLOW }));
  await begun.promise;
  await wire.cut();
  const error = await lost;
  expect([error?.code, error?.findDetails(FailureSchema)[0]?.reason]).toEqual([Code.Unavailable, "PEER_LOST"]);
  expect((await caught(identity.getProfile({ accountId: ANN })))?.code).toBe(Code.Unavailable);
  await wire.mend();
  await expect.poll(() => identity.getProfile({ accountId: ANN }).then(() => "answered", String)).toBe("answered");
});
