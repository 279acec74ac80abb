import { afterAll, beforeAll, expect, test } from "vitest";
import { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { newcomer } from "../testing/tokens.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

const introspect = async (token: string) => {
  const { $typeName, ...answer } = await mesh.client(SessionService).introspectToken({ token });
  return answer;
};
const NOTHING = {
  active: false,
  accountId: "",
  sessionId: "",
  roles: [],
  scopes: [],
  suspended: false,
  expiresAt: undefined,
};
const setState = (accountId: string, state: string, roles: string[] = []) =>
  mesh
    .deps<Deps>("identity")
    .db.query(sql`update account set state = ${state}, roles = ${roles}::text[] where id = ${accountId}`);

test("an access token stands for its account as it is now, not as it was when it was made", async () => {
  const { accountId, sessionId, accessToken } = await newcomer(mesh, "ann");
  expect(await introspect(accessToken)).toMatchObject({
    active: true,
    accountId,
    sessionId,
    roles: [Role.USER],
    scopes: [],
    suspended: false,
  });
  await setState(accountId, "SUSPENDED", ["MODERATOR"]);
  expect(await introspect(accessToken)).toMatchObject({
    active: true,
    roles: [Role.USER, Role.MODERATOR],
    suspended: true,
  });
  await setState(accountId, "DELETING");
  expect(await introspect(accessToken)).toEqual(NOTHING);
});

test("a token whose session has ended says nothing", async () => {
  const { accountId, sessionId, accessToken } = await newcomer(mesh, "bob");
  await mesh.client(SessionService).revokeSession({}, as(accountId, { sessionId }));
  expect(await introspect(accessToken)).toEqual(NOTHING);
});

test("an app token tells its scopes, and its own id as the session by which it can be revoked", async () => {
  const { accountId, sessionId } = await newcomer(mesh, "cyd");
  const { token, appToken } = await mesh
    .client(CredentialService)
    .createAppToken({ name: "bot", scopes: ["profile:read"] }, as(accountId, { sessionId }));
  expect(await introspect(token)).toMatchObject({
    active: true,
    accountId,
    sessionId: appToken?.id,
    scopes: ["profile:read"],
  });
  await setState(accountId, "DELETING");
  expect(await introspect(token)).toEqual(NOTHING);
  await setState(accountId, "ACTIVE");
  await mesh.client(CredentialService).revokeAppToken({ id: appToken?.id ?? "" }, as(accountId));
  expect(await introspect(token)).toEqual(NOTHING);
});

test("tokens of other kinds, forged and expired ones say nothing", async () => {
  const { accountId, sessionId, accessToken, refreshToken } = await newcomer(mesh, "dan");
  const { mint, ids } = mesh.deps<Deps>("identity");
  const { token } = await mesh
    .client(CredentialService)
    .createAppToken({ name: "bot", scopes: ["profile:read"], validDays: 1 }, as(accountId, { sessionId }));
  for (const other of [
    refreshToken,
    mint.make("app", ids.next()),
    mint.make("app", sessionId),
    "x",
    `${accessToken}x`,
  ]) {
    expect(await introspect(other)).toEqual(NOTHING);
  }
  mesh.clock.advance(86_400_001);
  expect([await introspect(accessToken), await introspect(token)]).toEqual([NOTHING, NOTHING]);
});
