import { once } from "node:events";
import { connect as connectH2, constants } from "node:http2";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGate, type TestGate } from "../testing.ts";

const GET_ME = "/skein.identity.v1.IdentityService/GetMe";

describe.each([
  ["the lean path", "true"],
  ["Connect's path", "false"],
])("on %s", (_, lean) => {
  let gate: TestGate;
  let begun: PromiseWithResolvers<void>;
  let ended: PromiseWithResolvers<void>;
  beforeAll(async () => {
    gate = await startTestGate({
      env: { GATEWAY_LEAN: lean },
      handlers: {
        getMe: async (_, { signal }) => {
          signal.addEventListener("abort", () => ended.resolve());
          begun.resolve();
          return new Promise<never>(() => undefined);
        },
      },
    });
  });
  afterAll(() => gate[Symbol.asyncDispose]());
  const fresh = () => {
    [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  };

  test("an HTTP/1.1 client that hangs up takes its work with it", async () => {
    fresh();
    const socket = connect(gate.port, "127.0.0.1");
    const { authorization } = gate.bearer();
    const head = `POST ${GET_ME} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/json`;
    socket.write(`${head}\r\nContent-Length: 2\r\n\r\n{}`);
    await begun.promise;
    socket.destroy();
    await ended.promise;
  });

  test("an HTTP/2 client that resets its stream takes its work with it, and its session goes on", async () => {
    fresh();
    const session = connectH2(gate.url);
    const headers = { ":method": "POST", ":path": GET_ME, "content-type": "application/proto", ...gate.bearer() };
    const stream = session.request(headers);
    stream.on("error", () => undefined).end();
    await begun.promise;
    stream.close(constants.NGHTTP2_CANCEL);
    await ended.promise;
    const probe = session.request({ ":path": "/livez" });
    expect((await once(probe, "response"))[0][":status"]).toBe(200);
    session.destroy();
  });

  test("half a request is no call: whoever leaves in the middle of a body has asked for nothing", async () => {
    fresh();
    const before = gate.staged.calls.length;
    const session = connectH2(gate.url);
    const headers = { ":method": "POST", ":path": GET_ME, "content-type": "application/proto", ...gate.bearer() };
    const half = session.request(headers);
    half.on("error", () => undefined).write(Uint8Array.of(0xf8));
    await once(session, "remoteSettings");
    half.close(constants.NGHTTP2_CANCEL);
    await once(half, "close");
    const probe = session.request({ ":path": "/livez" }); // behind the reset on the same wire
    await once(probe, "response");
    expect(gate.staged.calls.length).toBe(before);
    session.destroy();
  });
});
