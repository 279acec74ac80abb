import { ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";
import { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import type { Listener } from "#mesh/listener.ts";
import { startTestMesh } from "#mesh/testing.ts";
import { identity } from "../services/identity/index.ts";
import type { Deps } from "./deps.ts";
import { gateway } from "./index.ts";

const reason = async (call: Promise<unknown>) => {
  const error = await call.then(() => undefined, ConnectError.from);
  return error?.findDetails(FailureSchema)[0]?.reason ?? error?.message ?? "answered";
};
const auth = (token = "") => ({ headers: { authorization: `Bearer ${token}` } });

async function open() {
  const mesh = await startTestMesh([identity, gateway]);
  const { url } = mesh.mesh.edges.get("gateway") as Listener;
  const transport = createConnectTransport({ baseUrl: url, httpVersion: "2" });
  return {
    mesh,
    accounts: createClient(IdentityService, transport),
    sessions: createClient(SessionService, transport),
    credentials: createClient(CredentialService, transport),
    [Symbol.asyncDispose]: () => mesh[Symbol.asyncDispose](),
  };
}
const ann = { handle: "ann", email: "ann@example.org", password: "correct horse battery staple" };

test("somebody registers, is known by the token, and is not any more once signed out", async () => {
  await using world = await open();
  const { tokens, account } = await world.accounts.registerAccount(ann);
  const me = await world.accounts.getMe({}, auth(tokens?.accessToken));
  expect(me.account?.email).toBe("ann@example.org");
  const profile = await world.accounts.getProfile({ accountId: account?.profile?.accountId ?? "" });
  expect(profile.profile?.handle).toBe("ann");
  await world.sessions.revokeSession({}, auth(tokens?.accessToken));
  await world.mesh.settle();
  expect(await reason(world.accounts.getMe({}, auth(tokens?.accessToken)))).toBe("TOKEN_REVOKED");
});

test("tokens end, are refreshed, and survive a change of the signing key", async () => {
  await using world = await open();
  const { tokens } = await world.accounts.registerAccount(ann);
  world.mesh.clock.advance(15 * 60_000);
  expect(await reason(world.accounts.getMe({}, auth(tokens?.accessToken)))).toBe("TOKEN_EXPIRED");
  let refreshToken = tokens?.refreshToken ?? "";
  for (let month = 0; month < 3; month++) {
    world.mesh.clock.advance(16 * 86_400_000);
    await world.mesh.runJob("identity", "rotate-keys");
    const fresh = await world.sessions.refreshSession({ refreshToken });
    refreshToken = fresh.tokens?.refreshToken ?? "";
    expect(await reason(world.accounts.getMe({}, auth(fresh.tokens?.accessToken)))).toBe("answered");
  }
});

test("an app token does what its scopes say until it is revoked", async () => {
  await using world = await open();
  const { tokens } = await world.accounts.registerAccount(ann);
  const mine = auth(tokens?.accessToken);
  const made = await world.credentials.createAppToken({ name: "bot", scopes: ["account:read"] }, mine);
  const bot = auth(made.token);
  expect((await world.accounts.getMe({}, bot)).account?.email).toBe("ann@example.org");
  expect(await reason(world.accounts.updateProfile({}, bot))).toBe("SCOPE_MISSING");
  expect(await reason(world.credentials.changePassword({}, bot))).toBe("SCOPE_MISSING");
  await world.credentials.revokeAppToken({ id: made.appToken?.id ?? "" }, mine);
  await world.mesh.settle();
  expect(await reason(world.accounts.getMe({}, bot))).toMatch(/TOKEN_(REVOKED|INVALID)/);
});

test("the default limits let strangers try few passwords in a minute", async () => {
  await using world = await open();
  await world.mesh.deps<Deps>("gateway").redis.whenUp();
  const seen: string[] = [];
  for (let n = 0; n < 8; n++)
    seen.push(await reason(world.sessions.createSession({ login: `nobody_${n}`, password: "wrong" })));
  expect(seen).toEqual([...Array(6).fill("BAD_CREDENTIALS"), "RATE_LIMITED", "RATE_LIMITED"]);
});
