import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { GatewayInfoService } from "#gen/skein/gateway/v1/gateway_info_service_pb.ts";
import { current } from "../context.ts";
import { bareParts, callBare } from "../testing/bare-chain.ts";

// The chain is asked with a small contract that is said to stream.
const method = { ...GatewayInfoService.method.getServerInfo, methodKind: "server_streaming" as const };

const open = (rpc: () => AsyncIterable<object>, lines: string[], signal?: AbortSignal) => {
  const parts = bareParts(lines);
  const stream = callBare(parts, method as never, rpc as never, {} as never, signal) as AsyncIterable<object>;
  return { stream, limiter: parts.streams };
};
const callLines = (lines: readonly string[]) =>
  lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "call");

test("every step of a stream runs inside its call", async () => {
  const lines: string[] = [];
  const seen: unknown[] = [];
  const { stream } = open(async function* () {
    for (let at = 0; at < 3; at++) {
      await Promise.resolve();
      seen.push(current()?.service);
      yield {};
    }
  }, lines);
  for await (const _ of stream) expect(current()).toBeUndefined();
  expect(seen).toEqual(["content", "content", "content"]);
  expect(callLines(lines)).toMatchObject([{ code: "OK" }]);
});

test("a client that leaves in the middle ends the handler, and the call is counted once", async () => {
  const lines: string[] = [];
  let ended = false;
  const { stream, limiter } = open(async function* () {
    try {
      for (;;) yield {};
    } finally {
      ended = true;
    }
  }, lines);
  for await (const _ of stream) break;
  expect(ended).toBe(true);
  expect(limiter.busy).toBe(0);
  expect(callLines(lines)).toMatchObject([{ code: "Canceled" }]);
});

test("a client that is gone while a value waits for it ends the handler too", async () => {
  const over = new AbortController();
  const ended = Promise.withResolvers<void>();
  const { stream, limiter } = open(
    async function* () {
      try {
        for (;;) yield {};
      } finally {
        ended.resolve();
      }
    },
    [],
    over.signal,
  );
  await stream[Symbol.asyncIterator]().next();
  expect(limiter.busy).toBe(1);
  over.abort();
  await ended.promise;
  await expect.poll(() => limiter.busy).toBe(0);
});

test("a client that was gone before anything began has opened no stream", async () => {
  const { stream, limiter } = open(
    async function* () {
      for (;;) yield {};
    },
    [],
    AbortSignal.abort(),
  );
  expect(await stream[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
  expect(limiter.busy).toBe(0);
});

test("a stream that fails fails as a call does", async () => {
  const lines: string[] = [];
  const { stream, limiter } = open(async function* () {
    yield {};
    throw new Error("hidden");
  }, lines);
  const error = await Array.fromAsync(stream).catch((thrown: unknown) => ConnectError.from(thrown));
  expect(error).toMatchObject({ code: Code.Internal, rawMessage: expect.stringMatching(/^internal error, request /) });
  expect(limiter.busy).toBe(0);
});
