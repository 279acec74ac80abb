import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { RevocationReason, SessionRevokedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { lastEvent } from "../testing/events.ts";
import { lettersTo, tokenTo } from "../testing/letters.ts";
import { PASSWORD, sessionsOf, settle, signIn } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(CredentialService);
const NEW = "a rather different passphrase";
const works = async (accountId: string, password: string) => {
  const { db, hasher } = mesh.deps<Deps>("identity");
  const [row] = await db.query<{ hash: string }>(
    sql`select password_hash as hash from credential where account_id = ${accountId}`,
  );
  return hasher.verify(row?.hash, password);
};

test("a changed password works, ends the other sessions and app tokens, and is told by mail", async () => {
  const ann = await settle(mesh, { handle: "ann" });
  const [here] = [await signIn(mesh, ann), await signIn(mesh, ann), await signIn(mesh, ann)];
  await client().createAppToken({ name: "bot", scopes: ["profile:read"] }, as(ann, { sessionId: here }));
  await client().changePassword({ currentPassword: PASSWORD, newPassword: NEW }, as(ann, { sessionId: here }));
  expect([await works(ann, PASSWORD), await works(ann, NEW)]).toEqual([false, true]);
  expect(await sessionsOf(mesh, ann)).toEqual([here]);
  expect((await client().listAppTokens({}, as(ann))).appTokens).toEqual([]);
  expect(await lastEvent(mesh, SessionRevokedSchema, ann)).toMatchObject({
    sessionId: "",
    reason: RevocationReason.PASSWORD_CHANGED,
  });
  expect((await lettersTo(mesh, "ann@example.test")).map(({ subject }) => subject)).toEqual([
    "Your password was changed",
  ]);
});

test("a wrong password changes nothing", async () => {
  const bob = await settle(mesh, { handle: "bob" });
  const here = await signIn(mesh, bob);
  const attempt = client().changePassword({ currentPassword: "not the password", newPassword: NEW }, as(bob));
  await expect(attempt).rejects.toMatchObject({ code: Code.Unauthenticated });
  expect([await works(bob, PASSWORD), await sessionsOf(mesh, bob)]).toEqual([true, [here]]);
});

test("a password that anybody would guess is refused", async () => {
  const cid = await settle(mesh, { handle: "cid_the_first" });
  for (const newPassword of ["password123", "cid_the_first", "cid_the_first@example.test"]) {
    const attempt = client().changePassword({ currentPassword: PASSWORD, newPassword }, as(cid));
    await expect(attempt).rejects.toMatchObject({ code: Code.InvalidArgument });
  }
  expect(await works(cid, PASSWORD)).toBe(true);
});

test("a repetition whose first answer was lost succeeds for a minute, and then no longer", async () => {
  const dan = await settle(mesh, { handle: "dan" });
  const call = () => client().changePassword({ currentPassword: PASSWORD, newPassword: NEW }, as(dan));
  await call();
  await call();
  expect(await lettersTo(mesh, "dan@example.test")).toHaveLength(1);
  mesh.clock.advance(61_000);
  await expect(call()).rejects.toMatchObject({ code: Code.Unauthenticated });
});

test("of two changes at once one wins", async () => {
  const eve = await settle(mesh, { handle: "eve" });
  const wishes = ["the first new passphrase", "the second new passphrase"];
  const results = await Promise.allSettled(
    wishes.map((newPassword) => client().changePassword({ currentPassword: PASSWORD, newPassword }, as(eve))),
  );
  const won = wishes[results.findIndex(({ status }) => status === "fulfilled")] ?? "";
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await works(eve, won)).toBe(true);
});

test("mailed tokens of before are void: who knew the old password must not come back by them", async () => {
  const fay = await settle(mesh, { handle: "fay" });
  await client().requestPasswordReset({ email: "fay@example.test" });
  const reset = await tokenTo(mesh, "fay@example.test");
  await client().changeEmail({ newEmail: "thief@example.test", password: PASSWORD }, as(fay));
  const change = await tokenTo(mesh, "thief@example.test");
  await client().changePassword({ currentPassword: PASSWORD, newPassword: NEW }, as(fay));
  await expect(
    client().confirmPasswordReset({ token: reset, newPassword: "yet another passphrase" }),
  ).rejects.toMatchObject({ code: Code.InvalidArgument });
  await expect(client().confirmEmailVerification({ token: change })).rejects.toMatchObject({
    code: Code.InvalidArgument,
  });
});

test("five wrong passwords of a session are the end of guessing for a quarter of an hour, whichever call they come by", async () => {
  const gil = await settle(mesh, { handle: "gil" });
  const wrong = "not the password";
  const bad = { code: Code.Unauthenticated };
  await expect(client().changePassword({ currentPassword: wrong, newPassword: NEW }, as(gil))).rejects.toMatchObject(
    bad,
  );
  await expect(client().changeEmail({ newEmail: "gils@example.test", password: wrong }, as(gil))).rejects.toMatchObject(
    bad,
  );
  await expect(client().enrollTotp({ password: wrong }, as(gil))).rejects.toMatchObject(bad);
  await expect(client().disableTotp({ password: wrong, code: "000000" }, as(gil))).rejects.toMatchObject(bad);
  await expect(client().generateRecoveryCodes({ password: wrong }, as(gil))).rejects.toMatchObject(bad);
  const right = client().changePassword({ currentPassword: PASSWORD, newPassword: NEW }, as(gil));
  await expect(right).rejects.toMatchObject({ code: Code.ResourceExhausted });
  expect(await works(gil, PASSWORD)).toBe(true);
});
