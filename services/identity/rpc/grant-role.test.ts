import { Code } from "@connectrpc/connect";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RoleChangedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import { identity } from "../index.ts";
import { eventsOf, lastEvent } from "../testing/events.ts";
import { sessionsOf, settle, signIn } from "../testing/people.ts";

const { USER, MODERATOR, ADMIN } = Role;

let mesh: TestMesh;
let root: string;
const sessions = new Map<string, string>();
const administrator = async (handle: string): Promise<string> => {
  const id = await settle(mesh, { handle, roles: ["ADMIN"] });
  sessions.set(id, await signIn(mesh, id));
  return id;
};
beforeEach(async () => {
  mesh = await startTestMesh([identity]);
  root = await administrator("root_one");
});
afterEach(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(IdentityService);
const admin = (id = root) => as(id, { roles: [USER, ADMIN], sessionId: sessions.get(id) ?? "" });

test("roles are given and taken once each, and taking one ends the account's sessions", async () => {
  const mo = await settle(mesh, { handle: "mo" });
  await signIn(mesh, mo);
  expect((await client().grantRole({ accountId: mo, role: MODERATOR }, admin())).roles).toEqual([USER, MODERATOR]);
  await client().grantRole({ accountId: mo, role: MODERATOR }, admin());
  expect((await lastEvent(mesh, RoleChangedSchema, mo)).roles).toEqual([USER, MODERATOR]);
  expect(await sessionsOf(mesh, mo)).toHaveLength(1);
  expect((await client().getMe({}, as(mo))).account?.roles).toEqual([USER, MODERATOR]);

  expect((await client().revokeRole({ accountId: mo, role: MODERATOR }, admin())).roles).toEqual([USER]);
  await client().revokeRole({ accountId: mo, role: MODERATOR }, admin());
  expect(await sessionsOf(mesh, mo)).toHaveLength(0);
  expect(await eventsOf(mesh, mo)).toEqual(["RoleChanged", "RoleChanged", "SessionRevoked"]);
});

test("only administrators may, by their token and by the database", async () => {
  const mo = await settle(mesh, { handle: "mo", roles: ["MODERATOR"] });
  const grant = (options: ReturnType<typeof as>) =>
    refusal(client().grantRole({ accountId: mo, role: ADMIN }, options));
  expect(await grant(as(mo, { roles: [USER, MODERATOR] }))).toMatchObject({
    code: Code.PermissionDenied,
    reason: "ROLE_MISSING",
  });
  expect(await grant(admin(mo))).toMatchObject({ code: Code.PermissionDenied, reason: "ROLE_MISSING" });
  expect(await refusal(client().listRoles({}, as(mo, { roles: [USER, MODERATOR] })))).toMatchObject({
    reason: "ROLE_MISSING",
  });
  const nobody = mesh.mesh.lent.ids.next();
  expect(await refusal(client().grantRole({ accountId: nobody, role: ADMIN }, admin()))).toMatchObject({
    reason: "ACCOUNT_NOT_FOUND",
  });
});

test("a session that has ended gives and takes nothing, though its token may not know yet", async () => {
  const mo = await settle(mesh, { handle: "mo", roles: ["MODERATOR"] });
  await mesh.client(SessionService).revokeAllSessions({}, admin());
  const asked = { accountId: mo, role: MODERATOR };
  for (const call of [client().grantRole({ ...asked, role: ADMIN }, admin()), client().revokeRole(asked, admin())])
    expect(await refusal(call)).toMatchObject({ reason: "TOKEN_REVOKED" });
  expect((await client().getMe({}, as(mo))).account?.roles).toEqual([USER, MODERATOR]);
});

test("the last administrator stays one, also when all of them are taken away at once", async () => {
  expect(await refusal(client().revokeRole({ accountId: root, role: ADMIN }, admin()))).toMatchObject({
    code: Code.FailedPrecondition,
    reason: "LAST_ADMINISTRATOR",
  });
  const others = await Promise.all(["adm_a", "adm_b", "adm_c"].map(administrator));
  const all = [root, ...others];
  const victims = all.map((caller, at) =>
    client().revokeRole({ accountId: all[(at + 1) % all.length] ?? "", role: ADMIN }, admin(caller)),
  );
  const selves = all.map((caller) => client().revokeRole({ accountId: caller, role: ADMIN }, admin(caller)));
  await Promise.allSettled([...victims, ...selves]);
  const left = await Promise.allSettled(all.map((one) => client().listRoles({}, admin(one))));
  const holders = left
    .flatMap((one) => (one.status === "fulfilled" ? one.value.holders : []))
    .map(({ profile }) => profile?.accountId);
  expect(new Set(holders).size).toBe(1);
});

test("an administrator who cannot act does not count as one", async () => {
  await settle(mesh, { handle: "adm_susp", roles: ["ADMIN"], state: "SUSPENDED" });
  expect(await refusal(client().revokeRole({ accountId: root, role: ADMIN }, admin()))).toMatchObject({
    reason: "LAST_ADMINISTRATOR",
  });
});

test("role holders come page by page, each once", async () => {
  for (let at = 0; at < 5; at++)
    await settle(mesh, { handle: `mod_${at}`, roles: at % 2 ? ["MODERATOR"] : ["MODERATOR", "ADMIN"] });
  await settle(mesh, { handle: "plain" });
  const seen: string[] = [];
  for (let pageToken = "", more = true; more; more = pageToken !== "") {
    const page = await client().listRoles({ pageSize: 2, pageToken }, admin());
    seen.push(...page.holders.map(({ profile }) => profile?.handle ?? ""));
    pageToken = page.nextPageToken;
  }
  expect(seen).toEqual(["root_one", "mod_0", "mod_1", "mod_2", "mod_3", "mod_4"]);
});
