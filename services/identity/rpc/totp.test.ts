import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { checkSecondFactor } from "../store/second-factor.ts";
import { appCode, everythingStored, lettersTo } from "../testing/letters.ts";
import { PASSWORD, settle, signIn } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(CredentialService);
const deps = () => mesh.deps<Deps>("identity");
const bad = { code: Code.Unauthenticated };
const precondition = { code: Code.FailedPrecondition };
const check = (accountId: string, code: string) =>
  deps().db.commit(undefined, (tx) => checkSecondFactor(tx, deps(), { accountId, code, now: mesh.clock.now() }));

/** An account whose second factor is on; the next code of its app is unused. */
async function withFactor(handle: string) {
  const id = await settle(mesh, { handle });
  const { secret } = await client().enrollTotp({ password: PASSWORD }, as(id));
  const { recoveryCodes } = await client().confirmTotp({ code: appCode(mesh, secret) }, as(id));
  return { id, secret, recoveryCodes };
}

test("enrolling shows a secret that counts only once a code of it is confirmed", async () => {
  const id = await settle(mesh, { handle: "ann" });
  await expect(client().confirmTotp({ code: "123456" }, as(id))).rejects.toMatchObject(precondition);
  await expect(client().enrollTotp({ password: "not the password" }, as(id))).rejects.toMatchObject(bad);
  const first = await client().enrollTotp({ password: PASSWORD }, as(id));
  expect(new URL(first.uri).searchParams.get("secret")).toBe(first.secret);
  expect(await check(id, appCode(mesh, first.secret))).toBe("off");
  const second = await client().enrollTotp({ password: PASSWORD }, as(id));
  await expect(client().confirmTotp({ code: appCode(mesh, first.secret) }, as(id))).rejects.toMatchObject(bad);
  const { recoveryCodes } = await client().confirmTotp({ code: appCode(mesh, second.secret) }, as(id));
  expect(new Set(recoveryCodes).size).toBe(10);
  await expect(client().enrollTotp({ password: PASSWORD }, as(id))).rejects.toMatchObject(precondition);
  await expect(client().confirmTotp({ code: appCode(mesh, second.secret, 1) }, as(id))).rejects.toMatchObject(
    precondition,
  );
  expect((await lettersTo(mesh, "ann@example.test")).map(({ subject }) => subject)).toEqual([
    "Second factor switched on",
  ]);
});

test("of two confirmations at once one gets recovery codes that work", async () => {
  const id = await settle(mesh, { handle: "bea" });
  const { secret } = await client().enrollTotp({ password: PASSWORD }, as(id));
  const call = () => client().confirmTotp({ code: appCode(mesh, secret) }, as(id));
  const results = await Promise.allSettled([call(), call()]);
  const won = results.flatMap((result) => (result.status === "fulfilled" ? [result.value.recoveryCodes] : []));
  expect(won).toHaveLength(1);
  expect(await check(id, won[0]?.[0] ?? "")).toBe("good");
});

test("nothing, a wrong code and the confirmed code do not pass; the next one does, once", async () => {
  const { id, secret } = await withFactor("cid");
  expect(await check(id, " ")).toBe("missing");
  expect(await check(id, "no code")).toBe("bad");
  expect(await check(id, appCode(mesh, secret))).toBe("bad");
  const next = appCode(mesh, secret, 1);
  expect(await check(id, next)).toBe("good");
  expect(await check(id, next)).toBe("bad");
  expect(await check(await settle(mesh, { handle: "plain" }), "123456")).toBe("off");
});

test("of twenty uses of one code at once one passes, by app as by recovery code", async () => {
  const { id, secret, recoveryCodes } = await withFactor("dan");
  for (const code of [appCode(mesh, secret, 1), recoveryCodes[3] ?? ""]) {
    const results = await Promise.all(Array.from({ length: 20 }, () => check(id, code)));
    expect(results.filter((one) => one === "good")).toHaveLength(1);
    expect(results.filter((one) => one === "bad")).toHaveLength(19);
  }
});

test("what is rolled back was not used", async () => {
  const { id, secret } = await withFactor("eva");
  const code = appCode(mesh, secret, 1);
  const given = deps().db.commit(undefined, async (tx) => {
    expect(await checkSecondFactor(tx, deps(), { accountId: id, code, now: mesh.clock.now() })).toBe("good");
    throw new Error("something else went wrong");
  });
  await expect(given).rejects.toThrow("something else");
  expect(await check(id, code)).toBe("good");
});

test("recovery codes pass once each, as they are typed; another account's do not", async () => {
  const { id, recoveryCodes } = await withFactor("fay");
  const other = await withFactor("gus");
  const [first = "", second = ""] = recoveryCodes;
  expect(await check(id, first.toLowerCase().replace("-", " "))).toBe("good");
  expect(await check(id, first)).toBe("bad");
  expect(await check(other.id, second)).toBe("bad");
  expect(await check(id, second)).toBe("good");
});

test("switching off needs password and code, and leaves nothing behind", async () => {
  const { id, secret, recoveryCodes } = await withFactor("hal");
  const off = (password: string, code: string) => client().disableTotp({ password, code }, as(id));
  await expect(off("not the password", appCode(mesh, secret, 1))).rejects.toMatchObject(bad);
  await expect(off(PASSWORD, "000000")).rejects.toMatchObject(bad);
  await off(PASSWORD, recoveryCodes[9] ?? "");
  await expect(off(PASSWORD, recoveryCodes[8] ?? "")).rejects.toMatchObject(precondition);
  const [row] = await deps().db.query(sql`select totp_sealed, totp_confirmed_at,
    (select count(*)::int from recovery_code where account_id = ${id}) as codes from credential where account_id = ${id}`);
  expect(row).toEqual({ totp_sealed: null, totp_confirmed_at: null, codes: 0 });
  expect((await lettersTo(mesh, "hal@example.test")).map(({ subject }) => subject)).toContain(
    "Second factor switched off",
  );
});

test("generating recovery codes voids the former ones and needs password and factor", async () => {
  const { id, recoveryCodes } = await withFactor("ida");
  await expect(client().generateRecoveryCodes({ password: "not the password" }, as(id))).rejects.toMatchObject(bad);
  const { recoveryCodes: fresh } = await client().generateRecoveryCodes({ password: PASSWORD }, as(id));
  expect(await check(id, recoveryCodes[0] ?? "")).toBe("bad");
  expect(await check(id, fresh[0] ?? "")).toBe("good");
  const plain = await settle(mesh, { handle: "jon" });
  await expect(client().generateRecoveryCodes({ password: PASSWORD }, as(plain))).rejects.toMatchObject(precondition);
});

test("no secret, code or token is stored in clear, neither before nor after the mail is sent", async () => {
  const { id, secret, recoveryCodes } = await withFactor("kim");
  const { token } = await client().createAppToken(
    { name: "bot", scopes: ["profile:read"], idempotencyKey: "kim-1" },
    as(id, { sessionId: await signIn(mesh, id) }),
  );
  await client().requestPasswordReset({ email: "kim@example.test" });
  const before = await everythingStored(mesh);
  const mailed =
    /sko_[\w.-]+/.exec((await lettersTo(mesh, "kim@example.test")).map(({ text }) => text).join())?.[0] ?? "";
  const after = await everythingStored(mesh);
  expect(before).toContain(id);
  expect(mailed).not.toBe("");
  const secrets = [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replace("-", "")), token, mailed];
  const forms = (text: string) => [
    text,
    Buffer.from(text).toString("hex"),
    Buffer.from(text).toString("base64").replace(/=+$/, ""),
  ];
  for (const text of [...secrets, token.split(".").at(-1) ?? "", mailed.split(".").at(-1) ?? ""].flatMap(forms)) {
    expect(before).not.toContain(text);
    expect(after).not.toContain(text);
  }
});

test("the second factor cannot be guessed by who knows the password", async () => {
  const { id, secret } = await withFactor("leo");
  const off = (code: string) => client().disableTotp({ password: PASSWORD, code }, as(id));
  for (let tries = 0; tries < 5; tries++) await expect(off("not a code")).rejects.toMatchObject(bad);
  await expect(off(appCode(mesh, secret, 1))).rejects.toMatchObject({ code: Code.ResourceExhausted });
});
