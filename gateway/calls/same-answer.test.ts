import { request as requestH1 } from "node:http";
import { connect as connectH2 } from "node:http2";
import { buffer } from "node:stream/consumers";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GetProfileRequestSchema } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { failuresOf } from "#mesh/failure.ts";
import { startTestGate, type TestGate } from "../testing.ts";

// The lean path has no behaviour of its own: byte for byte it answers what Connect's own machinery would.

const failure = failuresOf("identity", { HANDLE_TAKEN: [Code.AlreadyExists, "that handle is taken"] });
const ID = "01920000-0000-7000-8000-000000000001";
const ENDLESS = "01920000-0000-7000-8000-000000000003";
const PATH = "/skein.identity.v1.IdentityService";

const startGate = (lean: boolean) =>
  startTestGate({
    env: { GATEWAY_LEAN: String(lean), GATEWAY_LIMIT_ACCOUNT: "100000", GATEWAY_ORIGINS: "https://app.example" },
    handlers: {
      getProfile: async (request) => {
        const { accountId } = request as { accountId?: string };
        if (accountId === ENDLESS) return new Promise(() => undefined);
        if (accountId === ID) return { profile: { accountId, displayName: "x".repeat(5_000) } } as never;
        throw new TypeError("secret_table has no column hunter2");
      },
      changeHandle: async () => {
        throw failure("HANDLE_TAKEN", { facts: { field: "handle" }, retryAfterMs: 2_000 });
      },
    },
  });

let lean: TestGate;
let connect: TestGate;
beforeAll(async () => {
  [lean, connect] = await Promise.all([startGate(true), startGate(false)]);
});
afterAll(() => Promise.all([lean, connect].map((gate) => gate[Symbol.asyncDispose]())));

interface Sent {
  readonly path?: string;
  readonly verb?: string;
  readonly type?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
  /** Without a length, so that only reading tells how long it is. */
  readonly unmeasured?: boolean;
  readonly token?: string;
}

interface Got {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: Buffer;
}

// The length too: Connect's path leaves it out where it has mended an error.
const CHANGING = new Set(["date", "traceparent", "connection", "keep-alive", "transfer-encoding", "content-length"]);
const said = (headers: object) =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !CHANGING.has(name) && !name.startsWith(":"))
      .map(([name, value]) => [name, name === "ratelimit" ? String(value).replaceAll(/\d+/g, "n") : value]),
  );

function headersOf({ type = "application/json", headers, token, body = "", unmeasured }: Sent, gate: TestGate) {
  return {
    ...{ "content-type": type, "x-request-id": "r-1" },
    ...(!unmeasured && { "content-length": String(Buffer.byteLength(body)) }),
    ...(token === undefined ? gate.bearer() : token !== "" && { authorization: `Bearer ${token}` }),
    ...headers,
  };
}

/** Two clocks watch a call's time on Connect's path, and either may be the one to end it. */
const readable = ({ body, ...rest }: Got) => ({
  ...rest,
  body: body.toString("latin1").replace("the operation timed out", "the deadline is over"),
});

const wires: Record<string, (gate: TestGate, sent: Sent) => Promise<Got>> = {
  "HTTP/1.1": async (gate, sent) => {
    const { promise, resolve, reject } = Promise.withResolvers<Got>();
    const options = { method: sent.verb ?? "POST", headers: headersOf(sent, gate), agent: false };
    const request = requestH1(`${gate.url}${PATH}/${sent.path ?? "GetMe"}`, options, async (response) => {
      resolve({ status: response.statusCode ?? 0, headers: said(response.headers), body: await buffer(response) });
    });
    request.on("error", reject);
    if (sent.unmeasured) request.write(sent.body); // ended at once it would be measured
    request.end(sent.unmeasured ? undefined : sent.body);
    return promise;
  },
  h2c: async (gate, sent) => {
    const session = connectH2(gate.url);
    const { promise, resolve, reject } = Promise.withResolvers<Got>();
    const path = { ":method": sent.verb ?? "POST", ":path": `${PATH}/${sent.path ?? "GetMe"}` };
    const stream = session.request({ ...path, ...headersOf(sent, gate) });
    stream.on("response", async (headers) => {
      resolve({ status: headers[":status"] ?? 0, headers: said(headers), body: await buffer(stream) });
    });
    stream.on("error", reject).end(sent.body ?? "");
    return promise.finally(() => session.destroy());
  },
};

const proto = "application/proto";
const profileOf = (accountId: string) =>
  toBinary(GetProfileRequestSchema, create(GetProfileRequestSchema, { accountId }));
const gzip = { "accept-encoding": "gzip, br" };

const cases: Record<string, Sent & { readonly status: number }> = {
  "an answer in JSON": { body: "{}", status: 200 },
  "an answer in protobuf": { type: proto, status: 200 },
  "a charset": { type: "application/json; charset=utf-8", body: "{}", status: 200 },
  "a type in capitals": { type: "Application/Proto", status: 200 },
  "an encoding that is none": { headers: { "content-encoding": "identity" }, body: "{}", status: 200 },
  "a field that nobody knows": { body: '{"canary":1}', status: 200 },
  "a field that nobody knows, in protobuf": { type: proto, body: Uint8Array.of(0xf8, 0x3f, 1), status: 200 },
  "a long answer, packed": { path: "GetProfile", headers: gzip, body: `{"accountId":"${ID}"}`, status: 200 },
  "a long answer, packed, in protobuf": {
    path: "GetProfile",
    headers: gzip,
    type: proto,
    body: profileOf(ID),
    status: 200,
  },
  "a short answer, not packed": { headers: gzip, body: "{}", status: 200 },
  "a packing that nobody knows": { headers: { "content-encoding": "zstd" }, body: "{}", status: 501 },
  "nobody signed in": { token: "", body: "{}", status: 401 },
  "a bad token": { token: "hunter2", body: "{}", status: 401 },
  "a role that is missing": { path: "ListRoles", body: "{}", status: 403 },
  "a reason of the service, with facts and time": { path: "ChangeHandle", body: '{"handle":"anna"}', status: 409 },
  "a bug of the service": {
    path: "GetProfile",
    body: '{"accountId":"01920000-0000-7000-8000-000000000002"}',
    status: 500,
  },
  "a broken rule of the contract": { path: "GetProfile", body: '{"accountId":"nobody"}', status: 400 },
  "JSON that is none": { body: "{", status: 400 },
  "JSON of another shape": { path: "GetProfile", body: '{"accountId":7}', status: 400 },
  "no body where JSON was promised": { body: "", status: 400 },
  "protobuf that is none": { path: "GetProfile", type: proto, body: Uint8Array.of(0x0a, 0xff, 0xff), status: 400 },
  "a body that is too long": { body: JSON.stringify({ filler: "x".repeat(70_000) }), status: 429 },
  "a time that is none": { headers: { "connect-timeout-ms": "soon" }, body: "{}", status: 400 },
  "a time that is too long": { headers: { "connect-timeout-ms": "999999999" }, body: "{}", status: 400 },
  "a time that is over": {
    path: "GetProfile",
    headers: { "connect-timeout-ms": "50" },
    body: `{"accountId":"${ENDLESS}"}`,
    status: 504,
  },
  "a consistency token that is none": { headers: { "skein-token": "x" }, body: "{}", status: 400 },
  "a page of a listed origin": { headers: { origin: "https://app.example" }, body: "{}", status: 200 },
  "a page of another origin": { headers: { origin: "https://evil.example" }, body: "{}", status: 403 },
  "a type that nobody speaks": { type: "text/plain", body: "{}", status: 415 },
  "another verb": { verb: "PUT", body: "{}", status: 405 },
  "a method that is not there": { path: "NoSuchThing", body: "{}", status: 404 },
};

describe.each(Object.entries(wires))("over %s", (_, ask) => {
  test.each(Object.entries(cases))("both paths answer alike: %s", async (_name, { status, ...sent }) => {
    const [one, other] = await Promise.all([ask(lean, sent), ask(connect, sent)]);
    expect(one.status).toBe(status);
    expect(readable(one)).toEqual(readable(other));
  });

  test("a body without a length is refused where it gets too long, and the refusal arrives", async () => {
    const sent = { body: new Uint8Array(200_000), unmeasured: true, type: proto };
    const { status, body } = await ask(lean, sent);
    expect([status, JSON.parse(String(body))]).toMatchObject([
      429,
      { code: "resource_exhausted", message: "message size is larger than configured readMaxBytes 65536" },
    ]);
  });
});

test("a client's key and what it wrote before reach the service, whichever path", async () => {
  for (const gate of [lean, connect]) {
    const headers = { "idempotency-key": "once", "skein-hop": "forged", cookie: "a=b" };
    await (wires.h2c as (typeof wires)[string])(gate, { headers, body: "{}" });
    const seen = gate.staged.calls.at(-1)?.headers;
    expect([seen?.get("idempotency-key"), seen?.has("cookie"), seen?.get("skein-hop") === "forged"]).toEqual([
      "once",
      false,
      false,
    ]);
  }
});
