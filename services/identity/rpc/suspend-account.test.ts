import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AccountState } from "#gen/skein/identity/v1/account_pb.ts";
import { AccountReinstatedSchema, AccountSuspendedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { PrivacyService } from "#gen/skein/identity/v1/privacy_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { eventsOf, lastEvent } from "../testing/events.ts";
import { PASSWORD, sessionsOf, settle, signIn } from "../testing/people.ts";
import { readJwt } from "../testing/tokens.ts";

const { USER, MODERATOR, ADMIN } = Role;
const { ACTIVE, DEACTIVATED, DELETING, SUSPENDED } = AccountState;

let mesh: TestMesh;
let mo: ReturnType<typeof as>;
let root: ReturnType<typeof as>;
let [moId, rootId] = ["", ""];
beforeEach(async () => {
  mesh = await startTestMesh([identity]);
  moId = await settle(mesh, { handle: "mo", roles: ["MODERATOR"] });
  rootId = await settle(mesh, { handle: "root_one", roles: ["ADMIN"] });
  mo = as(moId, { roles: [USER, MODERATOR], sessionId: await signIn(mesh, moId) });
  root = as(rootId, { roles: [USER, ADMIN], sessionId: await signIn(mesh, rootId) });
});
afterEach(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(IdentityService);
const privacy = () => mesh.client(PrivacyService);
const suspend = (accountId: string, who = mo, reason = "spam") => client().suspendAccount({ accountId, reason }, who);
const lift = (accountId: string, who = mo) => client().liftSuspension({ accountId, reason: "a mistake" }, who);
const suspended = (accountId: string) => as(accountId, { suspended: true });
const isSeen = (accountId: string) =>
  client()
    .getProfile({ accountId })
    .then(
      ({ profile }) => profile?.version,
      () => false,
    );

test("a suspended account is gone at once, may do little, and is back when the suspension is lifted", async () => {
  const ann = await settle(mesh, { handle: "ann" });
  await signIn(mesh, ann);
  expect(await isSeen(ann)).toBe(1n);
  const { state, suspendedAt } = await suspend(ann.toUpperCase());
  expect(state).toBe(SUSPENDED);
  expect(suspendedAt && timestampDate(suspendedAt).getTime()).toBeLessThanOrEqual(mesh.clock.now().getTime());
  expect(await isSeen(ann)).toBe(false);
  expect(await sessionsOf(mesh, ann)).toEqual([]);
  expect((await lastEvent(mesh, AccountSuspendedSchema, ann)).version).toBe(2n);

  const again = await mesh.client(SessionService).createSession({ login: "ann", password: PASSWORD });
  expect(readJwt(again.tokens?.accessToken ?? "")).toMatchObject({ sus: true });
  expect((await client().getMe({}, suspended(ann))).account?.state).toBe(SUSPENDED);
  expect(await refusal(client().updateProfile({ change: { bio: "x" } }, suspended(ann)))).toMatchObject({
    reason: "ACCOUNT_SUSPENDED",
  });

  expect((await lift(ann)).state).toBe(ACTIVE);
  expect(await isSeen(ann)).toBe(3n);
  expect((await lastEvent(mesh, AccountReinstatedSchema, ann)).profile).toMatchObject({ handle: "ann", version: 3n });
  expect(await sessionsOf(mesh, ann)).toHaveLength(1);
  expect(await eventsOf(mesh, ann)).toEqual(["AccountSuspended", "SessionRevoked", "AccountReinstated"]);
});

test("doing it again changes nothing, and what was done is written down with who and why", async () => {
  const ann = await settle(mesh, { handle: "ann" });
  const first = await suspend(ann);
  mesh.clock.advance(1000);
  expect(await suspend(ann, root, "another reason")).toEqual(first);
  await lift(ann, root);
  expect((await lift(ann)).state).toBe(ACTIVE);
  mesh.clock.advance(1000);
  await suspend(ann, root, "again");
  const events = await eventsOf(mesh, ann);
  expect(events.filter((type) => type !== "SessionRevoked")).toEqual([
    "AccountSuspended",
    "AccountReinstated",
    "AccountSuspended",
  ]);
  const rows = await mesh.deps<Deps>("identity").db.query(sql`select reason, suspended_by, lifted_by, lift_reason
    from suspension where account_id = ${ann} order by suspended_at`);
  expect(rows).toEqual([
    { reason: "spam", suspended_by: moId, lifted_by: rootId, lift_reason: "a mistake" },
    { reason: "again", suspended_by: rootId, lifted_by: null, lift_reason: null },
  ]);
});

test("of many who do it at once one has an effect", async () => {
  const ann = await settle(mesh, { handle: "ann" });
  await Promise.all([suspend(ann), suspend(ann, root), suspend(ann), suspend(ann, root)]);
  await Promise.all([lift(ann), lift(ann, root), lift(ann)]);
  expect(await eventsOf(mesh, ann)).toEqual(["AccountSuspended", "SessionRevoked", "AccountReinstated"]);
});

test("what its owner hid stays hidden when the suspension is lifted", async () => {
  const [before, during] = [await settle(mesh, { handle: "before" }), await settle(mesh, { handle: "during" })];
  await client().deactivateAccount({}, as(before));
  for (const one of [before, during]) expect((await suspend(one)).state).toBe(SUSPENDED);
  await client().deactivateAccount({}, suspended(during));
  for (const one of [before, during]) {
    expect((await lift(one)).state).toBe(DEACTIVATED);
    expect(await isSeen(one)).toBe(false);
    expect((await eventsOf(mesh, one)).slice(-2)).toEqual(["AccountReinstated", "AccountDeactivated"]);
    expect((await client().reactivateAccount({}, as(one))).account?.state).toBe(ACTIVE);
  }
});

test("an account that is being deleted comes back as moderation left it", async () => {
  const leave = async (accountId: string, who = as(accountId)) =>
    (await privacy().deleteAccount({ password: PASSWORD }, who)).cancelToken;
  const people = await Promise.all(["stays_off", "let_off", "both_off"].map((handle) => settle(mesh, { handle })));
  const [staysOff = "", letOff = "", bothOff = ""] = people;
  await client().deactivateAccount({}, as(bothOff));
  await suspend(letOff);
  const cancel = [await leave(staysOff), await leave(letOff, suspended(letOff)), await leave(bothOff)];
  const before = await Promise.all(people.map((one) => eventsOf(mesh, one)));
  expect((await suspend(staysOff)).state).toBe(DELETING);
  await suspend(bothOff);
  expect((await lift(letOff)).state).toBe(DELETING);
  expect(await Promise.all(people.map((one) => eventsOf(mesh, one)))).toEqual(before); // it is hidden anyway

  for (const cancelToken of cancel) await privacy().cancelAccountDeletion({ cancelToken });
  expect(await Promise.all(people.map(isSeen))).toEqual([false, expect.any(BigInt), false]);
  expect((await eventsOf(mesh, staysOff)).slice(-2)).toEqual(["AccountDeletionCancelled", "AccountSuspended"]);
  expect((await eventsOf(mesh, letOff)).at(-1)).toBe("AccountDeletionCancelled");
  expect((await eventsOf(mesh, bothOff)).at(-1)).toBe("AccountSuspended");
  expect((await lift(bothOff)).state).toBe(DEACTIVATED);
  expect((await lift(staysOff)).state).toBe(ACTIVE);
});

test("what is being erased is left alone", async () => {
  const ann = await settle(mesh, { handle: "ann" });
  await privacy().deleteAccount({ password: PASSWORD }, as(ann));
  mesh.clock.advance(mesh.deps<Deps>("identity").config.erasureDelay + 1000);
  await mesh.runJob("identity", "erasure-due");
  expect(await refusal(suspend(ann))).toMatchObject({ reason: "STATE_FORBIDS", facts: { state: "DELETING" } });
});

test("moderators suspend users, administrators everybody but the last of them, others nobody", async () => {
  const ann = await settle(mesh, { handle: "ann" });
  const denied = { code: Code.PermissionDenied, reason: "ROLE_MISSING" };
  const older = as(ann, { roles: [USER, MODERATOR], sessionId: await signIn(mesh, ann) });
  const attempts = [suspend(moId, as(ann)), lift(moId, as(ann)), suspend(rootId), suspend(moId), suspend(moId, older)];
  for (const refused of await Promise.all(attempts.map(refusal))) expect(refused).toMatchObject(denied);
  expect(await refusal(suspend(rootId, root))).toMatchObject({ reason: "LAST_ADMINISTRATOR" });
  expect(await refusal(suspend(mesh.mesh.lent.ids.next()))).toMatchObject({ reason: "ACCOUNT_NOT_FOUND" });
  expect(await refusal(suspend(ann, mo, ""))).toMatchObject({ code: Code.InvalidArgument });

  expect((await suspend(moId, root)).state).toBe(SUSPENDED);
  expect(await refusal(suspend(ann))).toMatchObject({ reason: "TOKEN_REVOKED" });
  expect(await isSeen(ann)).toBe(1n);
  const heir = await settle(mesh, { handle: "heir", roles: ["ADMIN"] });
  expect((await suspend(heir, root)).state).toBe(SUSPENDED);
});
