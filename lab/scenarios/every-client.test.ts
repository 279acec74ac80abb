import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { DescMethodUnary, JsonValue } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { startTown, type Town } from "./shapes.ts";
import { connectWeb, grpcJs, grpcWeb, pathOf, type Wire } from "./wires.ts";

let town: Town;
beforeAll(async () => {
  town = await startTown("one process");
});
afterAll(() => town[Symbol.asyncDispose]());

const run = promisify(execFile);
const buf = join(import.meta.dirname, "..", "..", "node_modules", ".bin", "buf");
const authorization = (token: string | undefined): Record<string, string> =>
  token ? { authorization: `Bearer ${token}` } : {};

/** JSON in, JSON out, by somebody else's means. */
type Ask = (method: DescMethodUnary, request: JsonValue, token?: string) => Promise<JsonValue>;

const curl: Ask = async (method, request, token) => {
  const headers = Object.entries({ "content-type": "application/json", ...authorization(token) });
  const flags = headers.flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const args = ["-s", "--fail-with-body", ...flags, "-d", JSON.stringify(request), `${town.url}${pathOf(method)}`];
  return JSON.parse((await run("curl", args)).stdout);
};

const bufCurl: Ask = async (method, request, token) => {
  const headers = Object.entries(authorization(token)).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const how = ["curl", "--protocol", "grpc", "--http2-prior-knowledge", "--reflect", ...headers];
  return JSON.parse((await run(buf, [...how, "-d", JSON.stringify(request), `${town.url}${pathOf(method)}`])).stdout);
};

const over =
  (wire: Wire): Ask =>
  async (method, request, token) =>
    (await wire(town.url, method, request, authorization(token))).answer;

interface Answer {
  readonly account: { readonly profile: { readonly accountId: string; readonly bio?: string } };
  readonly tokens: { readonly accessToken: string; readonly refreshToken: string };
}

test.each<[string, Ask]>([
  ["curl", curl],
  ["buf curl with gRPC and reflection", bufCurl],
  ["grpc-js", over(grpcJs)],
  ["Connect for browsers", over(connectWeb)],
  ["gRPC-Web for browsers", over(grpcWeb)],
])("%s registers, signs in, refreshes, reads and changes a profile", async (name, client) => {
  const ask = async (...call: Parameters<Ask>) => (await client(...call)) as unknown as Answer;
  const handle = name.replaceAll(/\W/g, "").slice(0, 20).toLowerCase();
  const password = "correct horse battery";
  const { account } = await ask(IdentityService.method.registerAccount, {
    handle,
    email: `${handle}@example.com`,
    password,
  });
  const signedIn = await ask(SessionService.method.createSession, { login: handle, password });
  const { tokens } = await ask(SessionService.method.refreshSession, { refreshToken: signedIn.tokens.refreshToken });
  const token = tokens.accessToken;
  await ask(IdentityService.method.updateProfile, { change: { bio: name }, updateMask: "bio" }, token);
  const me = await ask(IdentityService.method.getMe, {}, token);
  expect(me.account.profile).toMatchObject({ accountId: account.profile.accountId, bio: name });
});
