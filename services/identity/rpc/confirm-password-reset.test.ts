import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { moveAddress } from "../store/addresses.ts";
import { appCode, lettersTo, tokenTo } from "../testing/letters.ts";
import { PASSWORD, sessionsOf, settle, signIn } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(CredentialService);
const NEW = "a rather different passphrase";
const invalid = { code: Code.InvalidArgument };

async function mailed(handle: string): Promise<{ id: string; token: string }> {
  const id = await settle(mesh, { handle });
  await client().requestPasswordReset({ email: `${handle}@example.test` });
  return { id, token: await tokenTo(mesh, `${handle}@example.test`) };
}

async function credential(id: string) {
  const { db, hasher } = mesh.deps<Deps>("identity");
  const [row] = await db.query<{ hash: string; verified: boolean; totp: boolean }>(sql`select password_hash as hash,
    email_verified_at is not null as verified, totp_confirmed_at is not null as totp
    from credential join person using (account_id) where account_id = ${id}`);
  const works = async (password: string) => hasher.verify(row?.hash, password);
  return { verified: row?.verified, totp: row?.totp, former: await works(PASSWORD), current: await works(NEW) };
}

test("a mailed token sets the password, proves the address, ends all sessions, and leaves the second factor on", async () => {
  const { id, token } = await mailed("ann");
  const { secret } = await client().enrollTotp({ password: PASSWORD }, as(id));
  await client().confirmTotp({ code: appCode(mesh, secret) }, as(id));
  await Promise.all([signIn(mesh, id), signIn(mesh, id)]);
  await client().confirmPasswordReset({ token, newPassword: NEW });
  expect(await credential(id)).toEqual({ verified: true, totp: true, former: false, current: true });
  expect(await sessionsOf(mesh, id)).toEqual([]);
  expect((await lettersTo(mesh, "ann@example.test")).map(({ subject }) => subject).at(-1)).toBe(
    "Your password was changed",
  );
});

test("of twenty uses at once one succeeds, and none after it", async () => {
  const { id, token } = await mailed("bob");
  const use = (newPassword: string) => client().confirmPasswordReset({ token, newPassword });
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, at) => use(`passphrase number ${at}`)));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  await expect(use(NEW)).rejects.toMatchObject(invalid);
  expect(
    (await lettersTo(mesh, "bob@example.test")).filter(({ subject }) => subject.startsWith("Your password")),
  ).toHaveLength(1);
  const { db, hasher } = mesh.deps<Deps>("identity");
  const [row] = await db.query<{ hash: string }>(
    sql`select password_hash as hash from credential where account_id = ${id}`,
  );
  const winner = results.findIndex(({ status }) => status === "fulfilled");
  expect(await hasher.verify(row?.hash, `passphrase number ${winner}`)).toBe(true);
});

test("a weak password does not cost the token", async () => {
  const { id, token } = await mailed("cid");
  await expect(client().confirmPasswordReset({ token, newPassword: "password1" })).rejects.toMatchObject(invalid);
  await client().confirmPasswordReset({ token, newPassword: NEW });
  expect(await credential(id)).toMatchObject({ current: true });
});

test("a token is dead after an hour, after a newer one, and in any other shape", async () => {
  const old = await mailed("dan");
  mesh.clock.advance(3_600_001);
  await expect(client().confirmPasswordReset({ token: old.token, newPassword: NEW })).rejects.toMatchObject(invalid);
  await client().requestPasswordReset({ email: "dan@example.test" });
  const second = await tokenTo(mesh, "dan@example.test");
  mesh.clock.advance(60_001);
  await client().requestPasswordReset({ email: "dan@example.test" });
  const third = await tokenTo(mesh, "dan@example.test");
  await client().requestEmailVerification({}, as(old.id));
  const foreign = await tokenTo(mesh, "dan@example.test");
  for (const token of [second, foreign, `${third}x`, third.replace("sko_", "ska_"), third.slice(0, -1), "sko_"]) {
    await expect(client().confirmPasswordReset({ token, newPassword: NEW })).rejects.toMatchObject(invalid);
  }
  await client().confirmPasswordReset({ token: third, newPassword: NEW });
  expect(await credential(old.id)).toMatchObject({ current: true });
});

test("a token that was mailed to a former address opens nothing, even if it was asked for as the address moved", async () => {
  const { id, token } = await mailed("fay");
  const { db, clock } = mesh.deps<Deps>("identity");
  await db.commit(undefined, (tx) => moveAddress(tx, { accountId: id, email: "safe@example.test", now: clock.now() }));
  await expect(client().confirmPasswordReset({ token, newPassword: NEW })).rejects.toMatchObject(invalid);
  expect(await credential(id)).toMatchObject({ former: true });
});

test("an account that is deleted meanwhile cannot be entered by a token of before", async () => {
  const { id, token } = await mailed("eve");
  const { db } = mesh.deps<Deps>("identity");
  await db.query(sql`update account set state = 'DELETING' where id = ${id}`);
  await expect(client().confirmPasswordReset({ token, newPassword: NEW })).rejects.toMatchObject(invalid);
  expect(await credential(id)).toMatchObject({ former: true });
});
