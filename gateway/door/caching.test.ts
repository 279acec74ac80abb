import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestGate, type TestGate } from "../testing.ts";

let gate: TestGate;
let handle = "ann";
let broken = false;
beforeAll(async () => {
  gate = await startTestGate({
    handlers: {
      getProfile: async (_, context) => {
        context.answerHeaders.set("cache-control", "public, max-age=9999");
        context.answerHeaders.set("etag", '"not-ours"');
        context.answerHeaders.set("skein-spent", "1");
        context.answerHeaders.set("skein-token", "position");
        context.answerHeaders.set("x-internal", "secret");
        if (broken) throw new ConnectError("away", Code.Unavailable);
        return { profile: { handle } } as object as never;
      },
    },
  });
});
afterAll(async () => {
  await gate[Symbol.asyncDispose]();
});

const PROFILE = `IdentityService/GetProfile?connect=v1&encoding=json&message=${encodeURIComponent('{"accountId":"01920000-0000-7000-8000-000000000001"}')}`;
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${gate.url}/skein.identity.v1.${path}`, { headers });
const post = (path: string, body = "{}") =>
  fetch(`${gate.url}/skein.identity.v1.${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });

test("a read that may be kept has a tag, and is not sent again while it is the same", async () => {
  const first = await get(PROFILE);
  const etag = first.headers.get("etag") ?? "";
  expect(etag).toMatch(/^W\/"[\w-]+"$/);
  expect(first.headers.get("cache-control")).toBe("private, no-cache");
  expect(first.headers.get("vary")).toBe("Accept-Encoding, Authorization, Origin, Skein-Token");
  for (const tag of [etag, etag.slice(2), `"x", ${etag}`, "*"]) {
    const again = await get(PROFILE, { "if-none-match": tag });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect(again.headers.get("etag")).toBe(etag);
    expect(again.headers.get("cache-control")).toBe("private, no-cache");
    expect(again.headers.get("content-type")).toBeNull();
  }
  handle = "anna";
  const changed = await get(PROFILE, { "if-none-match": etag });
  expect([changed.status, await changed.json()]).toEqual([200, { profile: { handle: "anna" } }]);
});

test("only what is equal for everybody may be kept by caches that people share", async () => {
  const keys = await get("SessionService/GetJwks?connect=v1&encoding=json&message=%7B%7D");
  expect(keys.headers.get("cache-control")).toBe("public, max-age=60");
  const me = await get("IdentityService/GetMe?connect=v1&encoding=json&message=%7B%7D", gate.bearer());
  expect([me.status, me.headers.get("cache-control"), me.headers.get("etag")]).toEqual([200, "no-store", null]);
});

test("a failure is for once, whatever was set before it failed", async () => {
  broken = true;
  const failed = await get(PROFILE, { "if-none-match": "*" });
  broken = false;
  expect([failed.status, failed.headers.get("cache-control"), failed.headers.get("etag")]).toEqual([
    503,
    "no-store",
    null,
  ]);
  const malformed = await get("IdentityService/GetProfile?connect=v1&encoding=json&message=%7B");
  expect([malformed.status, malformed.headers.get("cache-control")]).toEqual([400, "no-store"]);
  const anonymous = await get("IdentityService/GetMe?connect=v1&encoding=json&message=%7B%7D");
  expect([anonymous.status, anonymous.headers.get("cache-control")]).toEqual([401, "no-store"]);
});

test("a POST is for once, and of a service's headers only listed ones come through", async () => {
  const posted = await post("IdentityService/GetProfile", '{"accountId":"01920000-0000-7000-8000-000000000001"}');
  expect([posted.status, posted.headers.get("cache-control"), posted.headers.get("etag")]).toEqual([
    200,
    "no-store",
    null,
  ]);
  expect(posted.headers.get("skein-spent")).toBe("1");
  for (const name of ["skein-token", "x-internal"]) expect(posted.headers.get(name)).toBeNull();
});
