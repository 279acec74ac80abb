import { AsyncLocalStorage } from "node:async_hooks";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AccountRegisteredSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { lastEvent } from "../testing/events.ts";
import { tokenTo } from "../testing/letters.ts";
import { PASSWORD, sessionsOf } from "../testing/people.ts";
import { readJwt } from "../testing/tokens.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity], { IDENTITY_HASH_QUEUE: "500" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const register = (
  handle: string,
  more: { email?: string; password?: string; idempotencyKey?: string; deviceName?: string; displayName?: string } = {},
) =>
  mesh
    .client(IdentityService)
    .registerAccount({ handle, email: `${handle}@example.test`, password: PASSWORD, ...more });
const query = <Row>(statement: Sql) => mesh.deps<Deps>("identity").db.query<Row>(statement);
const accountsNamed = async (handle: string) =>
  (await query<{ id: string }>(sql`select id from account where handle = ${handle}`)).length;

test("an account is made whole: profile, tokens, session, event and a mail that proves the address", async () => {
  const { account, tokens } = await register("Ann_Lee", { email: "Ann@Example.test", deviceName: "phone" });
  const accountId = account?.profile?.accountId ?? "";
  expect(account).toMatchObject({
    email: "Ann@Example.test",
    emailVerified: false,
    profile: { handle: "Ann_Lee", displayName: "Ann_Lee" },
  });
  expect(await sessionsOf(mesh, accountId)).toEqual([tokens?.sessionId]);
  expect(readJwt(tokens?.accessToken ?? "")).toMatchObject({
    alg: "EdDSA",
    typ: "JWT",
    iss: "skein",
    aud: "skein",
    sub: accountId,
    sid: tokens?.sessionId,
    roles: [],
  });
  const event = await lastEvent(mesh, AccountRegisteredSchema, accountId);
  expect(event).toMatchObject({ accountId, profile: { handle: "Ann_Lee" } });
  expect(await tokenTo(mesh, "Ann@Example.test")).toMatch(/^sko_/);
});

test("of handle and address the one that is taken is named", async () => {
  await register("bob");
  expect(await refusal(register("BOB", { email: "other@example.test" }))).toMatchObject({
    code: Code.AlreadyExists,
    reason: "HANDLE_TAKEN",
    facts: { field: "handle" },
  });
  expect(await refusal(register("bobby", { email: "BOB@example.test" }))).toMatchObject({
    code: Code.AlreadyExists,
    reason: "EMAIL_TAKEN",
    facts: { field: "email" },
  });
  expect(await accountsNamed("bobby")).toBe(0);
  await register("bobby"); // the refused one left no claim behind
});

test("a former handle that still leads to its account is taken", async () => {
  const { account } = await register("carl");
  await query(sql`insert into handle_claim (handle, account_id, released_at, redirect_until)
    values ('carla', ${account?.profile?.accountId}, ${mesh.clock.now()}, ${new Date(mesh.clock.now().getTime() + 1000)})`);
  expect(await refusal(register("carla"))).toMatchObject({ reason: "HANDLE_TAKEN" });
});

test("reserved handles and first-guess passwords are refused", async () => {
  expect(await refusal(register("Admin"))).toMatchObject({ reason: "HANDLE_RESERVED" });
  expect(await refusal(register("dora", { password: "dora@example.test" }))).toMatchObject({
    reason: "PASSWORD_TOO_WEAK",
    facts: { field: "password" },
  });
});

test("a hundred calls at once with one key make one account, and each gets a session on it", async () => {
  const calls = Array.from({ length: 100 }, () => register("erin", { idempotencyKey: "erin-1" }));
  const answers = await Promise.all(calls);
  expect(new Set(answers.map(({ account }) => account?.profile?.accountId)).size).toBe(1);
  expect(new Set(answers.map(({ tokens }) => tokens?.sessionId)).size).toBe(100);
  expect(await accountsNamed("erin")).toBe(1);
  expect(await query(sql`select 1 from mail where recipient = 'erin@example.test'`)).toHaveLength(1);
});

test("a hundred calls at once with keys of their own make one account, and the others hear that it is taken", async () => {
  const calls = Array.from({ length: 100 }, (_, n) => register("fred", { idempotencyKey: `fred-${n}` }));
  const ends = await Promise.allSettled(calls);
  expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await accountsNamed("fred")).toBe(1);
});

test("the key alone opens nothing: password and second factor are asked for again", async () => {
  const { account } = await register("gina", { idempotencyKey: "gina-1" });
  const wrong = register("gina", { idempotencyKey: "gina-1", password: "another fine passphrase" });
  expect(await refusal(wrong)).toMatchObject({ reason: "BAD_CREDENTIALS" });
  const { vault } = mesh.deps<Deps>("identity");
  const id = account?.profile?.accountId ?? "";
  await query(
    sql`update credential set totp_sealed = ${vault.seal(`totp:${id}`, Buffer.alloc(20))}, totp_confirmed_at = ${mesh.clock.now()} where account_id = ${id}`,
  );
  expect(await refusal(register("gina", { idempotencyKey: "gina-1" }))).toMatchObject({ reason: "CODE_REQUIRED" });
});

test("a key that was used for another request is refused", async () => {
  await register("hugo", { idempotencyKey: "hugo-1" });
  expect(await refusal(register("hugh", { idempotencyKey: "hugo-1" }))).toMatchObject({
    domain: "mesh",
    reason: "IDEMPOTENCY_KEY_REUSED",
  });
});

test("a call that dies in the middle leaves nothing, and its repetition makes the account", async () => {
  const { db } = mesh.deps<Deps>("identity");
  let call: Promise<unknown> = Promise.resolve();
  const elsewhere = AsyncLocalStorage.snapshot(); // what others do while the transaction below is open is no part of it
  await db
    .commit(undefined, async (tx) => {
      await tx.query(
        sql`insert into email_claim (email, account_id) values ('iris@example.test', ${crypto.randomUUID()})`,
      );
      call = elsewhere(() => register("iris", { idempotencyKey: "iris-1" })).catch(() => "died"); // has claimed key and handle, waits for the address
      await elsewhere(killWaiting);
      throw new Error("give the address back");
    })
    .catch(() => undefined);
  expect(await call).toBe("died");
  expect(
    await query(
      sql`select 1 from handle_claim where handle = 'iris' union all select 1 from replay where key = 'iris-1'`,
    ),
  ).toEqual([]);
  const { account } = await register("iris", { idempotencyKey: "iris-1" });
  const again = await register("iris", { idempotencyKey: "iris-1" });
  expect(again.account?.profile?.accountId).toBe(account?.profile?.accountId);
});

async function killWaiting(): Promise<void> {
  for (;;) {
    const killed = await query(sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%email_claim%'`);
    if (killed.length > 0) return;
  }
}

test("what is kept for repetitions holds no token, no password and no hash of it", async () => {
  const { tokens } = await register("jack", { idempotencyKey: "jack-1" });
  const again = await register("jack", { idempotencyKey: "jack-1" });
  const kept = await query<{ row: string }>(sql`select replay::text as row from replay`);
  const [{ hash = "" } = {}] = await query<{ hash: string }>(
    sql`select password_hash as hash from credential where account_id = ${again.account?.profile?.accountId}`,
  );
  const text = kept.map(({ row }) => row).join("\n");
  const secrets = [
    PASSWORD,
    hash,
    tokens?.accessToken,
    tokens?.refreshToken,
    again.tokens?.accessToken,
    again.tokens?.refreshToken,
  ];
  for (const secret of secrets.flatMap((one) => [one ?? "?", Buffer.from(one ?? "?").toString("hex")]))
    expect(text).not.toContain(secret);
  expect(text).not.toMatch(/sk[rao]_|eyJ|argon2/);
  expect(await query(sql`select 1 from replay where answer is not null`)).toEqual([]);
});
