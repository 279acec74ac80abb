import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AccountState } from "#gen/skein/identity/v1/account_pb.ts";
import {
  AccountDeletionCancelledSchema,
  AccountDeletionRequestedSchema,
} from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { PrivacyService } from "#gen/skein/identity/v1/privacy_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { erasureDue } from "../jobs/erasure-due.ts";
import { eventsOf, lastEvent } from "../testing/events.ts";
import { PASSWORD, sessionsOf, settle, signIn } from "../testing/people.ts";

let mesh: TestMesh;
beforeEach(async () => {
  mesh = await startTestMesh([identity]);
});
afterEach(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(IdentityService);
const privacy = () => mesh.client(PrivacyService);
const deps = () => mesh.deps<Deps>("identity");
const remove = (who: string, more = {}) => privacy().deleteAccount({ password: PASSWORD }, as(who, more));

test("a deleted account is gone at once, and its token brings it back as it was", async () => {
  const ann = await settle(mesh, { handle: "Ann_Gone", displayName: "Ann", legalName: "Ann Lee" });
  await signIn(mesh, ann);
  await client().updateProfile({ change: { bio: "hello", avatarMediaId: deps().ids.next() } }, as(ann));
  const before = (await client().getProfile({ accountId: ann })).profile;

  const { cancelToken, erasureAt } = await remove(ann);
  expect(erasureAt && timestampDate(erasureAt).getTime() - mesh.clock.now().getTime()).toBeCloseTo(
    deps().config.erasureDelay,
    -4,
  );
  expect(await sessionsOf(mesh, ann)).toEqual([]);
  expect((await refusal(client().getProfile({ accountId: ann }))).reason).toBe("ACCOUNT_NOT_FOUND");
  expect((await refusal(client().lookupProfile({ handle: "ann_gone" }))).reason).toBe("ACCOUNT_NOT_FOUND");
  expect((await client().searchProfiles({ query: "ann_gone" })).profiles).toEqual([]);
  expect((await client().checkHandleAvailability({ handle: "ann_gone" })).available).toBe(false);
  const [face] = await deps().db.query<Record<string, string>>(
    sql`select handle, display_name, bio, avatar_media_id, state from account where id = ${ann}`,
  );
  expect(face).toEqual({
    handle: expect.stringMatching(/^deleted_[0-9a-f]{12}$/),
    display_name: "Deleted account",
    bio: "",
    avatar_media_id: null,
    state: "DELETING",
  });
  const [mail] = await deps().db.query(sql`select recipient, template from mail`);
  expect(mail).toEqual({ recipient: "Ann_Gone@example.test", template: "deletion" });
  expect((await lastEvent(mesh, AccountDeletionRequestedSchema, ann)).erasureAt).toEqual(erasureAt);

  await privacy().cancelAccountDeletion({ cancelToken });
  const { profile } = await client().getProfile({ accountId: ann });
  expect(profile).toEqual({ ...before, version: 4n });
  expect((await lastEvent(mesh, AccountDeletionCancelledSchema, ann)).profile).toEqual(profile);
  const { account } = await client().getMe({}, as(ann));
  expect(account).toMatchObject({ state: AccountState.ACTIVE, legalName: "Ann Lee" });
  expect(account?.erasureAt).toBeUndefined();
  expect((await client().lookupProfile({ handle: "ann_gone" })).profile).toEqual(profile);
  expect((await refusal(privacy().cancelAccountDeletion({ cancelToken }))).reason).toBe("ONE_TIME_TOKEN_INVALID");
});

test("a wrong password deletes nothing, and of many requests one is carried out", async () => {
  const ann = await settle(mesh, { handle: "ann_twice" });
  const wrong = await refusal(privacy().deleteAccount({ password: "wrong" }, as(ann)));
  expect(wrong).toMatchObject({ code: Code.Unauthenticated, reason: "BAD_CREDENTIALS" });
  expect(await eventsOf(mesh, ann)).toEqual([]);
  const outcomes = await Promise.allSettled([remove(ann), remove(ann), remove(ann)]);
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await eventsOf(mesh, ann)).toEqual(["SessionRevoked", "AccountDeletionRequested"]);
});

test("suspension and deactivation survive a deletion that is cancelled", async () => {
  const sus = await settle(mesh, { handle: "sus", state: "SUSPENDED" });
  const off = await settle(mesh, { handle: "off" });
  await client().deactivateAccount({}, as(off));
  for (const one of [sus, off]) {
    const { cancelToken } = await remove(one, { suspended: one === sus });
    await privacy().cancelAccountDeletion({ cancelToken });
    expect((await refusal(client().getProfile({ accountId: one }))).reason).toBe("ACCOUNT_NOT_FOUND");
  }
  expect((await client().getMe({}, as(sus, { suspended: true }))).account?.state).toBe(AccountState.SUSPENDED);
  expect((await client().getMe({}, as(off))).account?.state).toBe(AccountState.DEACTIVATED);
  expect((await eventsOf(mesh, off)).slice(-2)).toEqual(["AccountDeletionCancelled", "AccountDeactivated"]);
});

test("erasure is announced once when the delay is over, and then nothing can be cancelled", async () => {
  const people = await Promise.all(Array.from({ length: 5 }, (_, at) => settle(mesh, { handle: `leaves_${at}` })));
  const tokens = await Promise.all(people.map(async (one) => (await remove(one)).cancelToken));
  await mesh.runJob("identity", "erasure-due");
  mesh.clock.advance(deps().config.erasureDelay - 1000);
  await privacy().cancelAccountDeletion({ cancelToken: tokens[0] ?? "" });
  // A token that outlives the announcement: the row decides, not its expiry.
  await deps().db.query(sql`update one_time_token set expires_at = expires_at + interval '1 day'`);
  mesh.clock.advance(2000);
  const { signal } = new AbortController();
  await Promise.all([erasureDue.run(deps(), signal), erasureDue.run(deps(), signal), erasureDue.run(deps(), signal)]);
  const announced = await Promise.all(
    people.map(async (one) => (await eventsOf(mesh, one)).filter((type) => type === "AccountErasureDue").length),
  );
  expect(announced).toEqual([0, 1, 1, 1, 1]);
  expect(await refusal(privacy().cancelAccountDeletion({ cancelToken: tokens[1] ?? "" }))).toMatchObject({
    reason: "STATE_FORBIDS",
  });
  await mesh.runJob("identity", "erasure-due");
  expect((await eventsOf(mesh, people[1] ?? "")).filter((type) => type === "AccountErasureDue")).toHaveLength(1);
});

test("cancellation and announcement at once: one of them happens", async () => {
  const people = await Promise.all(Array.from({ length: 8 }, (_, at) => settle(mesh, { handle: `races_${at}` })));
  const tokens = await Promise.all(people.map(async (one) => (await remove(one)).cancelToken));
  mesh.clock.advance(deps().config.erasureDelay + 1000);
  await deps().db.query(sql`update one_time_token set expires_at = expires_at + interval '1 day'`);
  const cancelling = tokens.map((cancelToken) => privacy().cancelAccountDeletion({ cancelToken }));
  const [outcomes] = await Promise.all([Promise.allSettled(cancelling), mesh.runJob("identity", "erasure-due")]);
  await mesh.runJob("identity", "erasure-due");
  for (const [at, one] of people.entries()) {
    const ending = (await eventsOf(mesh, one)).at(-1);
    expect(ending).toBe(outcomes[at]?.status === "fulfilled" ? "AccountDeletionCancelled" : "AccountErasureDue");
  }
});

test("the last administrator cannot leave", async () => {
  const root = await settle(mesh, { handle: "root_two", roles: ["ADMIN"] });
  expect((await refusal(remove(root))).reason).toBe("LAST_ADMINISTRATOR");
  const heir = await settle(mesh, { handle: "heir", roles: ["ADMIN"] });
  const outcomes = await Promise.allSettled([remove(root), remove(heir)]);
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("after a whole life no event holds anything personal", async () => {
  const secrets = { email: "canary-mail@example.test", legalName: "Canary Legalname", birthDate: "1971-07-17" };
  const ann = await settle(mesh, { handle: "lives", ...secrets });
  await client().updateProfile(
    { change: { displayName: "Ann", legalName: "Canary Othername", birthDate: "1972-08-18" } },
    as(ann),
  );
  await client().changeHandle({ handle: "lives_on" }, as(ann));
  await client().deactivateAccount({}, as(ann));
  await client().reactivateAccount({}, as(ann));
  const { cancelToken } = await remove(ann);
  await privacy().cancelAccountDeletion({ cancelToken });
  await remove(ann);
  mesh.clock.advance(deps().config.erasureDelay + 1000);
  await mesh.runJob("identity", "erasure-due");
  const rows = await deps().db.query<{ type: string; payload: Buffer; trace: string }>(
    sql`select type, payload, trace from log`,
  );
  expect(new Set(rows.map(({ type }) => type)).size).toBe(8);
  const words = [...Object.values(secrets), "Othername", "1972-08-18", "canary"];
  for (const { type, payload, trace } of rows) {
    const text = `${payload.toString("latin1")}${trace}`.toLowerCase();
    expect(
      words.filter((word) => text.includes(word.toLowerCase())),
      type,
    ).toEqual([]);
  }
});
