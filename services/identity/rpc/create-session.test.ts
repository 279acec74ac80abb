import { AsyncLocalStorage } from "node:async_hooks";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RetryInfoSchema } from "#gen/google/rpc/error_details_pb.ts";
import { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { revokeAllSessions } from "../store/revoke.ts";
import { appCode } from "../testing/letters.ts";
import { PASSWORD, sessionsOf, settle } from "../testing/people.ts";
import { spentBy } from "../testing/spending.ts";
import { readJwt } from "../testing/tokens.ts";
import { createSession } from "./create-session.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity], { IDENTITY_HASH_QUEUE: "500" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const deps = () => mesh.deps<Deps>("identity");
const signIn = (
  login: string,
  more: { password?: string; code?: string; idempotencyKey?: string; deviceName?: string } = {},
) => mesh.client(SessionService).createSession({ login, password: PASSWORD, ...more });

/** Everything that a refused caller can see, apart from what names the call. */
async function seen(call: Promise<unknown>): Promise<unknown> {
  const error = ConnectError.from(await call.catch((thrown: unknown) => thrown));
  return {
    ...(await refusal(call)),
    words: error.rawMessage,
    details: undefined,
    headers: [...error.metadata.keys()].sort(),
  };
}

/** Switches the second factor on and returns the secret. */
async function withFactor(accountId: string): Promise<{ secret: string; recoveryCodes: string[] }> {
  const credentials = mesh.client(CredentialService);
  const { secret } = await credentials.enrollTotp({ password: PASSWORD }, as(accountId));
  const { recoveryCodes } = await credentials.confirmTotp({ code: appCode(mesh, secret, -1) }, as(accountId));
  return { secret, recoveryCodes };
}

test("handle, with and without @, and address in any case sign in", async () => {
  const ann = await settle(mesh, { handle: "Ann" });
  for (const login of ["ann", "@ANN", "Ann@Example.TEST"]) {
    const { account, tokens } = await signIn(login);
    expect(account?.profile?.accountId).toBe(ann);
    expect(readJwt(tokens?.accessToken ?? "")).toMatchObject({ sub: ann, sid: tokens?.sessionId });
  }
});

test("wrong password and unknown login are one answer for the same work", async () => {
  await settle(mesh, { handle: "bea" });
  const [wrong, nobody] = await Promise.all([
    seen(signIn("bea", { password: "wrong" })),
    seen(signIn("nobody", { password: "wrong" })),
  ]);
  expect(wrong).toEqual(nobody);
  expect(wrong).toMatchObject({ code: Code.Unauthenticated, reason: "BAD_CREDENTIALS" });
  const cost = async (login: string) => {
    const request = { login, password: "wrong", code: "", deviceName: "", idempotencyKey: "" } as never;
    return spentBy(mesh, SessionService.method.createSession, (ctx) =>
      createSession(deps())(request, ctx).catch(() => ({})),
    );
  };
  expect(await cost("bea")).toEqual(await cost("nobody"));
});

test("a sign-in spends three statements and two trips to Redis, with a key five statements", async () => {
  await settle(mesh, { handle: "cyd" });
  const request = { login: "cyd", password: PASSWORD, code: "", deviceName: "", idempotencyKey: "" } as never;
  const plain = await spentBy(mesh, SessionService.method.createSession, (ctx) => createSession(deps())(request, ctx));
  expect(plain).toEqual({ sql: 3, redis: 2, rpc: 0 });
  const replay = { scope: "s", key: "cyd-1", fingerprint: Buffer.from("f") };
  const keyed = await spentBy(mesh, SessionService.method.createSession, (ctx) =>
    createSession(deps())(request, { ...ctx, replay }),
  );
  expect(keyed).toEqual({ sql: 5, redis: 2, rpc: 0 });
});

test("who is deactivated or suspended can sign in, who is being deleted is nobody", async () => {
  await settle(mesh, { handle: "dan", state: "DEACTIVATED" });
  await settle(mesh, { handle: "dot", state: "SUSPENDED" });
  await settle(mesh, { handle: "dov", state: "DELETING" });
  await signIn("dan");
  expect(readJwt((await signIn("dot")).tokens?.accessToken ?? "")).toMatchObject({ sus: true });
  expect(await refusal(signIn("dov"))).toMatchObject({ reason: "BAD_CREDENTIALS" });
});

test("a code is asked for only after the right password, and each is good once", async () => {
  const eli = await settle(mesh, { handle: "eli" });
  const { secret, recoveryCodes } = await withFactor(eli);
  const code = appCode(mesh, secret);
  expect(await refusal(signIn("eli", { password: "wrong" }))).toMatchObject({ reason: "BAD_CREDENTIALS" });
  expect(await refusal(signIn("eli"))).toMatchObject({ code: Code.Unauthenticated, reason: "CODE_REQUIRED" });
  expect(await refusal(signIn("eli", { code: "000000" }))).toMatchObject({ reason: "BAD_CREDENTIALS" });
  await signIn("eli", { code });
  expect(await refusal(signIn("eli", { code }))).toMatchObject({ reason: "BAD_CREDENTIALS" });
  await signIn("eli@example.test", { code: recoveryCodes[0] ?? "" });
  expect(await refusal(signIn("eli@example.test", { code: recoveryCodes[0] ?? "" }))).toMatchObject({
    reason: "BAD_CREDENTIALS",
  });
});

test("a lost answer can be had again with the same key, also with its used code, but not much later", async () => {
  const fox = await settle(mesh, { handle: "fox" });
  const { secret } = await withFactor(fox);
  const request = { code: appCode(mesh, secret), idempotencyKey: "fox-1" };
  const first = await signIn("fox", request);
  const again = await signIn("fox", request);
  expect(again.account?.profile?.accountId).toBe(fox);
  expect(again.tokens?.sessionId).not.toBe(first.tokens?.sessionId);
  expect(await refusal(signIn("fox", { ...request, password: "wrong" }))).toMatchObject({ reason: "BAD_CREDENTIALS" });
  mesh.clock.advance(121_000);
  expect(await refusal(signIn("fox", request))).toMatchObject({ reason: "BAD_CREDENTIALS" });
});

test("forty calls at once with one key all sign in to one account", async () => {
  const gus = await settle(mesh, { handle: "gus" });
  const answers = await Promise.all(Array.from({ length: 40 }, () => signIn("gus", { idempotencyKey: "gus-1" })));
  expect(new Set(answers.map(({ account }) => account?.profile?.accountId))).toEqual(new Set([gus]));
});

test("guesses are bounded before the password is looked at, however many come at once", async () => {
  await settle(mesh, { handle: "hob" });
  const ends = await Promise.all(Array.from({ length: 60 }, () => refusal(signIn("hob", { password: "wrong" }))));
  const guessed = ends.filter(({ reason }) => reason === "BAD_CREDENTIALS").length;
  expect(guessed).toBe(5);
  const byAddress = await Promise.all(
    Array.from({ length: 30 }, () => refusal(signIn("hob@example.test", { password: "wrong" }))),
  );
  expect(guessed + byAddress.filter(({ reason }) => reason === "BAD_CREDENTIALS").length).toBe(10);
  const locked = await refusal(signIn("hob"));
  expect(locked).toMatchObject({ code: Code.ResourceExhausted, reason: "TOO_MANY_GUESSES" });
  const wait = Number(locked.details(RetryInfoSchema)[0]?.retryDelay?.seconds);
  expect(wait).toBeGreaterThan(800);
  expect(wait).toBeLessThanOrEqual(900);
});

test("nobody is bounded like somebody", async () => {
  const ends = await Promise.all(
    Array.from({ length: 30 }, () => refusal(signIn("nobody_at_all", { password: "wrong" }))),
  );
  expect(ends.filter(({ reason }) => reason === "BAD_CREDENTIALS")).toHaveLength(5);
});

test("right passwords use nothing up, also many at once", async () => {
  const ivy = await settle(mesh, { handle: "ivy" });
  await Promise.all(Array.from({ length: 30 }, () => signIn("ivy")));
  expect(await sessionsOf(mesh, ivy)).toHaveLength(30);
});

test("no session on an old password slips in behind its change", async () => {
  const jem = await settle(mesh, { handle: "jem" });
  const { db, clock } = deps();
  let call: Promise<unknown> = Promise.resolve();
  const elsewhere = AsyncLocalStorage.snapshot(); // what others do while the transaction below is open is no part of it
  await db.commit(undefined, async (tx) => {
    await tx.query(sql`update credential set password_hash = 'another' where account_id = ${jem}`);
    call = elsewhere(() => signIn("jem")).catch((error: unknown) => error); // its password is right by what is committed so far
    await elsewhere(waitForLock);
    await revokeAllSessions(tx, { accountId: jem, reason: 3, now: clock.now(), ttlMs: 1000 });
  });
  expect(await refusal(Promise.reject(await call))).toMatchObject({ reason: "BAD_CREDENTIALS" });
  expect(await sessionsOf(mesh, jem)).toEqual([]);
});

async function waitForLock(): Promise<void> {
  for (;;) {
    const waiting = await deps().db.query(sql`select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%insert into session%'`);
    if (waiting.length > 0) return;
  }
}
