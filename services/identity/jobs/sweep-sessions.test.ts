import { expect, test } from "vitest";
import { RevocationReason } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { startTestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { afterlife, revokeSession } from "../store/revoke.ts";
import { settle, signIn } from "../testing/people.ts";

test("sessions and revocations go when no living token can concern them, and not before", async () => {
  await using mesh = await startTestMesh([identity]);
  const { db, clock, config } = mesh.deps<Deps>("identity");
  const left = async () => {
    while (!(await mesh.runJob("identity", "sweep-sessions"))); // the host may be at it by itself
    const [row] = await db.query<{
      sessions: number;
      revocations: number;
    }>(sql`select (select count(*)::int from session) as sessions,
      (select count(*)::int from revocation) as revocations`);
    return [row?.sessions, row?.revocations];
  };
  const ann = await settle(mesh, { handle: "ann" });
  const sessionId = await signIn(mesh, ann);
  await signIn(mesh, ann);
  const now = clock.now();
  await db.commit(undefined, (tx) =>
    revokeSession(tx, { accountId: ann, sessionId, reason: RevocationReason.SIGNED_OUT, now, ttlMs: config.accessTtl }),
  );
  expect(await left()).toEqual([2, 1]);
  mesh.clock.advance(afterlife(config.accessTtl) - 5_000);
  expect(await left()).toEqual([2, 1]);
  mesh.clock.advance(10_000);
  expect(await left()).toEqual([1, 0]);
  const { position, revocations } = await mesh.client(SessionService).listRevocations({});
  expect([position, revocations]).toEqual([1n, []]);
  mesh.clock.advance(86_400_000 + afterlife(config.accessTtl));
  expect(await left()).toEqual([0, 0]);
});
