import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { SessionRevokedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { eventsOf, lastEvent } from "../testing/events.ts";
import { settle, signIn } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(CredentialService);
const at = async (id: string) => as(id, { sessionId: await signIn(mesh, id) });
const wish = { name: "bot", scopes: ["profile:read", "account:read"] };
const DAY_MS = 86_400_000;

test("an app token carries name, scopes and life, and reads back as its row", async () => {
  const ann = await settle(mesh, { handle: "ann" });
  const { appToken, token } = await client().createAppToken({ ...wish, validDays: 7 }, await at(ann));
  expect(appToken).toMatchObject({ name: "bot", scopes: wish.scopes });
  expect(Number(appToken?.expiresAt?.seconds) - Number(appToken?.createdAt?.seconds)).toBe((7 * DAY_MS) / 1000);
  expect(mesh.deps<Deps>("identity").mint.read("app", token)).toEqual({ id: appToken?.id, generation: 0 });
});

test("the same idempotency key gives the same token, also to twenty at once; for another wish it is refused", async () => {
  const bob = await settle(mesh, { handle: "bob" });
  const cid = await settle(mesh, { handle: "cid" });
  const call = async (who: string, name = "bot") =>
    client().createAppToken({ ...wish, name, idempotencyKey: "one" }, await at(who));
  const answers = await Promise.all(Array.from({ length: 20 }, () => call(bob)));
  expect(new Set(answers.map(({ token }) => token)).size).toBe(1);
  expect((await call(bob)).appToken).toEqual(answers[0]?.appToken);
  await expect(call(bob, "another")).rejects.toMatchObject({
    code: Code.InvalidArgument,
    message: expect.stringContaining("idempotency key"),
  });
  expect((await call(cid)).token).not.toBe(answers[0]?.token);
  const sessionId = await signIn(mesh, bob);
  const headers = { "Idempotency-Key": "one" };
  const { token } = await client().createAppToken(wish, as(bob, { sessionId, headers }));
  expect(token).toBe(answers[0]?.token);
});

test("scopes that no method needs are refused by name", async () => {
  const dan = await settle(mesh, { handle: "dan" });
  const attempt = client().createAppToken({ name: "bot", scopes: ["profile:read", "moon:write"] }, as(dan));
  await expect(attempt).rejects.toMatchObject({ code: Code.InvalidArgument });
  expect((await client().listAppTokens({}, as(dan))).appTokens).toEqual([]);
});

test("an account has at most fifty living tokens, also when they are made at once; a dead one makes room", async () => {
  const eve = await settle(mesh, { handle: "eve" });
  const make = async () => client().createAppToken({ ...wish, validDays: 1 }, await at(eve));
  const results = await Promise.allSettled(Array.from({ length: 60 }, make));
  const made = results.flatMap((result) => (result.status === "fulfilled" ? [result.value.appToken?.id ?? ""] : []));
  expect(made).toHaveLength(50);
  await expect(make()).rejects.toMatchObject({ code: Code.ResourceExhausted });
  await client().revokeAppToken({ id: made[0] ?? "" }, as(eve));
  await make();
  await expect(make()).rejects.toMatchObject({ code: Code.ResourceExhausted });
  mesh.clock.advance(DAY_MS + 1);
  await make();
  expect((await client().listAppTokens({ pageSize: 100 }, as(eve))).appTokens).toHaveLength(1);
});

test("the list pages through the caller's own living tokens, newest first, and its token is bound to it", async () => {
  const fay = await settle(mesh, { handle: "fay" });
  const gus = await settle(mesh, { handle: "gus" });
  const made: string[] = [];
  for (let nth = 0; nth < 5; nth++)
    made.unshift((await client().createAppToken({ ...wish, name: `bot ${nth}` }, await at(fay))).appToken?.id ?? "");
  await client().createAppToken(wish, await at(gus));
  await client().revokeAppToken({ id: made[2] ?? "" }, as(fay));
  const pages: string[][] = [];
  for (let pageToken = ""; pages.length === 0 || pageToken; ) {
    const page = await client().listAppTokens({ pageSize: 2, pageToken }, as(fay));
    pages.push(page.appTokens.map(({ id }) => id));
    pageToken = page.nextPageToken;
  }
  expect(pages).toEqual([
    [made[0], made[1]],
    [made[3], made[4]],
  ]);
  await expect(client().listAppTokens({ pageToken: "AAAA" }, as(fay))).rejects.toMatchObject({
    code: Code.InvalidArgument,
  });
});

test("a session that has ended makes no token, also where its end has not come around yet", async () => {
  const jan = await settle(mesh, { handle: "jan" });
  const sessionId = await signIn(mesh, jan);
  const stolen = as(jan, { sessionId });
  const { db, clock } = mesh.deps<Deps>("identity");
  await client().createAppToken({ ...wish, idempotencyKey: "one" }, stolen);
  await db.query(sql`update session set revoked_at = ${clock.now()} where id = ${sessionId}`);
  await expect(client().createAppToken(wish, stolen)).rejects.toMatchObject({ code: Code.Unauthenticated });
  await expect(client().createAppToken({ ...wish, idempotencyKey: "one" }, stolen)).rejects.toMatchObject({
    code: Code.Unauthenticated,
  });
});

test("a revoked token is announced once and known to everybody who asks; a stranger's stays", async () => {
  const hal = await settle(mesh, { handle: "hal" });
  const ida = await settle(mesh, { handle: "ida" });
  const { appToken } = await client().createAppToken(wish, await at(hal));
  const id = appToken?.id ?? "";
  await client().revokeAppToken({ id }, as(ida));
  expect((await client().listAppTokens({}, as(hal))).appTokens).toHaveLength(1);
  await Promise.all([client().revokeAppToken({ id }, as(hal)), client().revokeAppToken({ id }, as(hal))]);
  expect((await client().listAppTokens({}, as(hal))).appTokens).toEqual([]);
  expect(await eventsOf(mesh, hal)).toEqual(["SessionRevoked"]);
  expect(await lastEvent(mesh, SessionRevokedSchema, hal)).toMatchObject({ sessionId: id });
  const { db } = mesh.deps<Deps>("identity");
  expect(await db.query(sql`select 1 from revocation where session_id = ${id}`)).toHaveLength(1);
});
