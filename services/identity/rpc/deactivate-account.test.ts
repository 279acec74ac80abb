import { afterAll, beforeAll, expect, test } from "vitest";
import { AccountState } from "#gen/skein/identity/v1/account_pb.ts";
import { AccountReactivatedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { eventsOf, lastEvent } from "../testing/events.ts";
import { sessionsOf, settle, signIn } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(IdentityService);

test("deactivation hides the account and ends all other sessions, once; reactivation shows it as it is by then", async () => {
  const ann = await settle(mesh, { handle: "ann_off" });
  const [here] = [await signIn(mesh, ann), await signIn(mesh, ann), await signIn(mesh, ann)];
  const me = as(ann, { sessionId: here ?? "" });
  expect((await client().deactivateAccount({}, me)).account?.state).toBe(AccountState.DEACTIVATED);
  expect((await client().deactivateAccount({}, me)).account?.profile?.version).toBe(2n);
  expect(await sessionsOf(mesh, ann)).toEqual([here]);
  expect((await refusal(client().getProfile({ accountId: ann }))).reason).toBe("ACCOUNT_NOT_FOUND");

  await client().updateProfile({ change: { bio: "changed in hiding" } }, me);
  const { account } = await client().reactivateAccount({}, me);
  expect(account?.state).toBe(AccountState.ACTIVE);
  await client().reactivateAccount({}, me);
  expect((await lastEvent(mesh, AccountReactivatedSchema, ann)).profile).toMatchObject({
    bio: "changed in hiding",
    version: 4n,
  });
  expect((await client().getProfile({ accountId: ann })).profile?.bio).toBe("changed in hiding");
  expect(await eventsOf(mesh, ann)).toEqual(["SessionRevoked", "AccountDeactivated", "AccountReactivated"]);
});

test("a suspended account that is deactivated stays suspended, and cannot reactivate its way out", async () => {
  const ann = await settle(mesh, { handle: "ann_both_off", state: "SUSPENDED" });
  expect((await client().deactivateAccount({}, as(ann, { suspended: true }))).account?.state).toBe(
    AccountState.SUSPENDED,
  );
  expect(await refusal(client().reactivateAccount({}, as(ann, { suspended: true })))).toMatchObject({
    reason: "ACCOUNT_SUSPENDED",
  });
  expect(await refusal(client().reactivateAccount({}, as(ann)))).toMatchObject({ reason: "STATE_FORBIDS" });
  const [row] = await mesh
    .deps<Deps>("identity")
    .db.query<{ kept: boolean }>(sql`select deactivated_at is not null as kept from account where id = ${ann}`);
  expect(row?.kept).toBe(true);
});
