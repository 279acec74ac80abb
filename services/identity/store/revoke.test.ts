import { timestampDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RevocationReason, SessionRevokedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { eventsOf, lastEvent } from "../testing/events.ts";
import { sessionsOf, settle, signIn } from "../testing/people.ts";
import { afterlife, revokeAllSessions, revokeSession } from "./revoke.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(SessionService);
const commit = <T>(work: (tx: Tx) => Promise<T>) => mesh.deps<Deps>("identity").db.commit(undefined, work);
const ending = (accountId: string, reason: RevocationReason = RevocationReason.SIGNED_OUT) => ({
  accountId,
  reason,
  now: mesh.clock.now(),
  ttlMs: 900_000,
});
const since = async (position: bigint) => client().listRevocations({ since: position });
const here = async () => (await since(0n)).position;

test("a session ends once, with one position and one event", async () => {
  const ann = await settle(mesh, { handle: "ann" });
  const sessionId = await signIn(mesh, ann);
  const before = await here();
  expect(await commit((tx) => revokeSession(tx, { ...ending(ann), sessionId }))).toBe(true);
  expect(await commit((tx) => revokeSession(tx, { ...ending(ann), sessionId }))).toBe(false);
  const { revocations, position, more } = await since(before);
  expect(revocations.map(({ position: at, subject }) => [at, subject])).toEqual([
    [before + 1n, { case: "sessionId", value: sessionId }],
  ]);
  expect([position, more]).toEqual([before + 1n, false]);
  const [{ revokedAt, expiresAt } = {}] = revocations;
  expect(timestampDate(expiresAt as never).getTime() - timestampDate(revokedAt as never).getTime()).toBe(
    afterlife(900_000),
  );
  expect(await eventsOf(mesh, ann)).toEqual(["SessionRevoked"]);
});

test("all sessions end with one position, but for the one that is kept", async () => {
  const bob = await settle(mesh, { handle: "bob" });
  const [kept] = [await signIn(mesh, bob), await signIn(mesh, bob), await signIn(mesh, bob)];
  const before = await here();
  expect(
    await commit((tx) => revokeAllSessions(tx, { ...ending(bob, RevocationReason.ROLE_CHANGED), keep: kept })),
  ).toBe(2);
  expect(await sessionsOf(mesh, bob)).toEqual([kept]);
  const { revocations } = await since(before);
  expect(revocations).toMatchObject([
    { position: before + 1n, subject: { case: "accountId", value: bob }, keptSessionId: kept },
  ]);
  expect(await lastEvent(mesh, SessionRevokedSchema, bob)).toMatchObject({
    sessionId: "",
    reason: RevocationReason.ROLE_CHANGED,
  });
});

test("what was refreshed a moment after the command was given ends with it", async () => {
  const cyd = await settle(mesh, { handle: "cyd" });
  const sessionId = await signIn(mesh, cyd);
  const command = ending(cyd);
  const later = new Date(command.now.getTime() + 40);
  await mesh.deps<Deps>("identity").db.query(sql`update session set last_used_at = ${later} where id = ${sessionId}`);
  const before = await here();
  await commit((tx) => revokeAllSessions(tx, command));
  const [{ revokedAt } = {}] = (await since(before)).revocations;
  expect(timestampDate(revokedAt as never)).toEqual(later);
});

test.each([
  ["PASSWORD_CHANGED", 0],
  ["ACCOUNT_CLOSED", 0],
  ["SIGNED_OUT", 1],
  ["ROLE_CHANGED", 1],
] as const)("after %s %d of one app token is left", async (reason, left) => {
  const dot = await settle(mesh, { handle: `dot_${reason.toLowerCase()}` });
  const { db, ids } = mesh.deps<Deps>("identity");
  const now = mesh.clock.now();
  await db.query(sql`insert into app_token (id, account_id, name, scopes, created_at, expires_at)
    values (${ids.next()}, ${dot}, 'bot', '{}', ${now}, ${new Date(now.getTime() + 1e9)})`);
  await commit((tx) => revokeAllSessions(tx, ending(dot, RevocationReason[reason])));
  expect(await db.query(sql`select 1 from app_token where account_id = ${dot} and revoked_at is null`)).toHaveLength(
    left,
  );
});

test("positions have no gaps, however many revoke at once and whatever is rolled back", async () => {
  const people = await Promise.all(Array.from({ length: 20 }, (_, n) => settle(mesh, { handle: `eve${n}` })));
  const before = await here();
  const acts = people.map(async (accountId, n) => {
    const sessionId = await signIn(mesh, accountId);
    const refused = n % 3 === 0;
    await commit(async (tx) => {
      await (n % 2 === 0
        ? revokeSession(tx, { ...ending(accountId), sessionId })
        : revokeAllSessions(tx, ending(accountId)));
      if (refused) throw new Error("changed my mind");
    }).catch(() => undefined);
    return refused;
  });
  const done = (await Promise.all(acts)).filter((refused) => !refused);
  const { revocations } = await since(before);
  expect(revocations.map(({ position }) => position)).toEqual(done.map((_, n) => before + BigInt(n + 1)));
});

test("who reads on while others revoke misses nothing", async () => {
  const fay = await settle(mesh, { handle: "fay" });
  const sessions = await Promise.all(Array.from({ length: 60 }, () => signIn(mesh, fay)));
  const before = await here();
  const writing = Promise.all(
    sessions.map((sessionId) => commit((tx) => revokeSession(tx, { ...ending(fay), sessionId }))),
  );
  const seen: bigint[] = [];
  for (let at = before; seen.length < sessions.length; ) {
    const { revocations, position } = await client().listRevocations({ since: at, limit: 7 });
    seen.push(...revocations.map(({ position: one }) => one));
    at = position;
  }
  await writing;
  expect(seen).toEqual(sessions.map((_, n) => before + BigInt(n + 1)));
});

test("a limit says that there is more, and expired ones are passed over", async () => {
  const gus = await settle(mesh, { handle: "gus" });
  const before = await here();
  for (let n = 0; n < 3; n++) await commit((tx) => revokeAllSessions(tx, ending(gus)));
  const first = await client().listRevocations({ since: before, limit: 2 });
  expect([first.revocations.length, first.position, first.more]).toEqual([2, before + 2n, true]);
  mesh.clock.advance(afterlife(900_000) + 1000);
  const late = await since(before);
  expect([late.revocations.length, late.position, late.more]).toEqual([0, before + 3n, false]);
});

test("an ended session is refused by every service of the process as soon as it heard", async () => {
  const hal = await settle(mesh, { handle: "hal" });
  const [mine, other] = [await signIn(mesh, hal), await signIn(mesh, hal)];
  const me = as(hal, { sessionId: mine });
  await client().revokeSession({}, me);
  await mesh.settle();
  expect(await refusal(mesh.client(IdentityService).getMe({}, me))).toMatchObject({ reason: "TOKEN_REVOKED" });
  await mesh.client(IdentityService).getMe({}, as(hal, { sessionId: other }));
});
