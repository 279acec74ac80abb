import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RevocationReason, SessionRevokedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { lastEvent } from "../testing/events.ts";
import { lettersTo } from "../testing/letters.ts";
import { sessionsOf } from "../testing/people.ts";
import { newcomer, readJwt } from "../testing/tokens.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

const refresh = async (refreshToken: string, idempotencyKey = "") => {
  const { tokens } = await mesh.client(SessionService).refreshSession({ refreshToken, idempotencyKey });
  if (!tokens) throw new Error("no tokens");
  return tokens;
};
const DAY = 86_400_000;

test("fresh tokens live on: the session does not end while it is used", async () => {
  const ann = await newcomer(mesh, "ann");
  mesh.clock.advance(29 * DAY);
  const first = await refresh(ann.refreshToken);
  mesh.clock.advance(29 * DAY);
  const second = await refresh(first.refreshToken);
  expect(second.sessionId).toBe(ann.sessionId);
  expect(new Set([ann.refreshToken, first.refreshToken, second.refreshToken]).size).toBe(3);
  const left =
    timestampDate(second.refreshExpiresAt ?? ({ seconds: 0n, nanos: 0 } as never)).getTime() -
    mesh.clock.now().getTime();
  expect(left).toBeGreaterThan(29.9 * DAY);
});

test("of fifty at once one wins, the others are told so, and nothing is revoked", async () => {
  const bob = await newcomer(mesh, "bob");
  const calls = Array.from({ length: 50 }, () => refresh(bob.refreshToken));
  const ends = await Promise.allSettled(calls);
  const won = ends.filter((end) => end.status === "fulfilled");
  expect(won).toHaveLength(1);
  const losses = await Promise.all(
    calls.map((call) =>
      call.then(
        () => undefined,
        () => refusal(call),
      ),
    ),
  );
  expect(new Set(losses.filter((loss) => loss).map((loss) => `${Code[loss?.code ?? 0]} ${loss?.reason}`))).toEqual(
    new Set(["Aborted REFRESH_SUPERSEDED"]),
  );
  expect(await sessionsOf(mesh, bob.accountId)).toEqual([bob.sessionId]);
  await refresh(won[0]?.value.refreshToken ?? "");
});

test("a token used again after the grace ends the session and is told by mail", async () => {
  const eve = await newcomer(mesh, "eve");
  const thief = await refresh(eve.refreshToken);
  mesh.clock.advance(9_000);
  expect(await refusal(refresh(eve.refreshToken))).toMatchObject({ reason: "REFRESH_SUPERSEDED" });
  mesh.clock.advance(2_000);
  expect(await refusal(refresh(eve.refreshToken))).toMatchObject({
    code: Code.Unauthenticated,
    reason: "REFRESH_REUSED",
  });
  expect(await refusal(refresh(thief.refreshToken))).toMatchObject({ reason: "REFRESH_INVALID" });
  expect(await sessionsOf(mesh, eve.accountId)).toEqual([]);
  expect(await lastEvent(mesh, SessionRevokedSchema, eve.accountId)).toMatchObject({
    sessionId: eve.sessionId,
    reason: RevocationReason.REFRESH_REUSED,
  });
  expect((await lettersTo(mesh, "eve@example.test")).map(({ subject }) => subject)).toContain("A session was ended");
});

test("twenty late uses at once end the session once", async () => {
  const fay = await newcomer(mesh, "fay");
  await refresh(fay.refreshToken);
  mesh.clock.advance(11_000);
  const ends = await Promise.all(Array.from({ length: 20 }, () => refusal(refresh(fay.refreshToken))));
  expect(ends.map(({ reason }) => reason)).toContain("REFRESH_REUSED");
  const { db } = mesh.deps<Deps>("identity");
  expect(await db.query(sql`select 1 from revocation where session_id = ${fay.sessionId}`)).toHaveLength(1);
});

test("a token two generations old is never a matter of chance", async () => {
  const gil = await newcomer(mesh, "gil");
  await refresh((await refresh(gil.refreshToken)).refreshToken);
  expect(await refusal(refresh(gil.refreshToken))).toMatchObject({ reason: "REFRESH_REUSED" });
});

test("the same key gets the same rotation again, fresh, until its token is used", async () => {
  const hal = await newcomer(mesh, "hal");
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(hal.refreshToken, "hal-1")));
  expect(new Set(answers.map(({ refreshToken }) => refreshToken)).size).toBe(1);
  mesh.clock.advance(3_600_000);
  const late = await refresh(hal.refreshToken, "hal-1");
  expect(late.refreshToken).toBe(answers[0]?.refreshToken);
  expect(readJwt(late.accessToken).exp).toBeGreaterThan(mesh.clock.now().getTime() / 1000);
  await refresh(late.refreshToken);
  mesh.clock.advance(11_000);
  expect(await refusal(refresh(hal.refreshToken, "hal-1"))).toMatchObject({ reason: "REFRESH_REUSED" });
});

test("the key of one session gives nothing to the token of another", async () => {
  const ida = await newcomer(mesh, "ida");
  const jon = await newcomer(mesh, "jon");
  await refresh(ida.refreshToken, "shared");
  expect(await refusal(refresh(jon.refreshToken, "shared"))).toMatchObject({ reason: "REFRESH_INVALID" });
});

test("forged, foreign and expired tokens are one answer", async () => {
  const kim = await newcomer(mesh, "kim");
  const { mint, ids } = mesh.deps<Deps>("identity");
  const forged = kim.refreshToken.replace(/\.0\./, ".1.");
  const foreign = [
    mint.make("app", kim.sessionId),
    mint.make("refresh", ids.next()),
    mint.make("refresh", kim.sessionId, 5),
    kim.accessToken,
    "skr_",
  ];
  for (const token of [forged, ...foreign])
    expect(await refusal(refresh(token))).toMatchObject({ reason: "REFRESH_INVALID" });
  mesh.clock.advance(31 * DAY);
  expect(await refusal(refresh(kim.refreshToken))).toMatchObject({ reason: "REFRESH_INVALID" });
});

test("roles and state are those of the moment", async () => {
  const lea = await newcomer(mesh, "lea");
  const { db } = mesh.deps<Deps>("identity");
  await db.query(sql`update account set roles = '{MODERATOR}', state = 'SUSPENDED' where id = ${lea.accountId}`);
  const tokens = await refresh(lea.refreshToken);
  expect(readJwt(tokens.accessToken)).toMatchObject({ roles: ["moderator"], sus: true });
  await db.query(sql`update account set state = 'DELETING' where id = ${lea.accountId}`);
  expect(await refusal(refresh(tokens.refreshToken))).toMatchObject({ reason: "REFRESH_INVALID" });
});
