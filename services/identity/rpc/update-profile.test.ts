import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";
import { ProfileUpdatedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService, ProfileChangeSchema } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import { identity } from "../index.ts";
import { eventsOf, lastEvent } from "../testing/events.ts";
import { settle } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(IdentityService);

test("the owner reads its own account, personal data included", async () => {
  const ann = await settle(mesh, {
    handle: "ann_me",
    email: "Ann@example.test",
    legalName: "Ann Lee",
    birthDate: "1990-02-03",
  });
  const { account } = await client().getMe({}, as(ann));
  expect(account).toMatchObject({
    email: "Ann@example.test",
    emailVerified: false,
    legalName: "Ann Lee",
    birthDate: "1990-02-03",
    state: 1,
    roles: [1],
    totpEnabled: false,
    etag: "v1",
  });
  expect(account?.profile).toMatchObject({ accountId: ann, handle: "ann_me", version: 1n });
});

test("without a mask the fields that are set change, with one those that it names, also to nothing", async () => {
  const ann = await settle(mesh, { handle: "ann_mask", displayName: "Ann", legalName: "Ann Lee" });
  const set = await client().updateProfile({ change: { bio: " hello\u0007 \r\nthere " } }, as(ann));
  expect(set.account?.profile).toMatchObject({ bio: "hello \nthere", displayName: "Ann", version: 2n });
  const cleared = await client().updateProfile({ change: {}, updateMask: { paths: ["bio", "display_name"] } }, as(ann));
  expect(cleared.account?.profile).toMatchObject({ bio: "", displayName: "ann_mask", version: 3n });
  expect(cleared.account?.legalName).toBe("Ann Lee");
  expect((await client().getMe({}, as(ann))).account).toEqual(cleared.account);
});

test("the event holds the public profile only, and personal or empty changes make none", async () => {
  const ann = await settle(mesh, { handle: "ann_event" });
  await client().updateProfile({ change: { bio: "hi", legalName: "Ann Secret" } }, as(ann));
  const { profile } = await lastEvent(mesh, ProfileUpdatedSchema, ann);
  expect(profile).toMatchObject({ bio: "hi", version: 2n });
  const personal = await client().updateProfile({ change: { birthDate: "1999-12-31" } }, as(ann));
  expect(personal.account).toMatchObject({ etag: "v3", birthDate: "1999-12-31" });
  const nothing = await client().updateProfile({ change: { bio: "hi" } }, as(ann));
  expect(nothing.account?.etag).toBe("v3");
  expect(await eventsOf(mesh, ann)).toEqual(["ProfileUpdated"]);
});

test("an unknown path is refused by name, and so is a day that nobody was born on", async () => {
  const ann = await settle(mesh, { handle: "ann_path" });
  for (const path of ["handle", "*", "roles", "__proto__"]) {
    const refused = await refusal(client().updateProfile({ change: {}, updateMask: { paths: [path] } }, as(ann)));
    expect(refused).toMatchObject({ code: Code.InvalidArgument, reason: "UNKNOWN_FIELD", facts: { field: path } });
  }
  const long = client().updateProfile({ change: {}, updateMask: { paths: ["x".repeat(20_000)] } }, as(ann));
  expect((await refusal(long)).facts.field?.length).toBeLessThan(300);
  for (const birthDate of ["2001-02-30", "9999-01-01"]) {
    expect((await refusal(client().updateProfile({ change: { birthDate } }, as(ann)))).reason).toBe("INVALID_REQUEST");
  }
  expect(await eventsOf(mesh, ann)).toEqual([]);
});

test("validate_only checks all and writes nothing", async () => {
  const ann = await settle(mesh, { handle: "ann_dry" });
  const { account } = await client().updateProfile({ change: { bio: "dry" }, validateOnly: true }, as(ann));
  expect(account?.profile?.bio).toBe("");
  const refused = await refusal(
    client().updateProfile({ change: {}, updateMask: { paths: ["no"] }, validateOnly: true }, as(ann)),
  );
  expect(refused.reason).toBe("UNKNOWN_FIELD");
  expect(
    (await refusal(client().updateProfile({ change: { bio: "x" }, etag: "v9", validateOnly: true }, as(ann)))).reason,
  ).toBe("ETAG_MISMATCH");
  expect(await eventsOf(mesh, ann)).toEqual([]);
});

test("of two updates with one etag one wins, and the other learns the etag of now", async () => {
  const ann = await settle(mesh, { handle: "ann_race" });
  const tries = Array.from({ length: 8 }, (_, at) =>
    client().updateProfile({ change: { bio: `bio ${at}` }, etag: "v1" }, as(ann)),
  );
  const outcomes = await Promise.allSettled(tries);
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const loser = tries[outcomes.findIndex(({ status }) => status === "rejected")];
  expect(await refusal(loser as Promise<unknown>)).toMatchObject({
    code: Code.Aborted,
    reason: "ETAG_MISMATCH",
    facts: { etag: "v2" },
  });
});

test("updates of different fields at once do not lose each other, public or personal", async () => {
  const ann = await settle(mesh, { handle: "ann_both" });
  const changes = [
    { bio: "b" },
    { displayName: "Ann B" },
    { legalName: "Ann Bee" },
    { birthDate: "1980-01-01" },
    { bio: "b" },
  ];
  const answers = await Promise.all(
    changes.map((change) => client().updateProfile({ change: create(ProfileChangeSchema, change) }, as(ann))),
  );
  const { account } = await client().getMe({}, as(ann));
  expect(account).toMatchObject({
    legalName: "Ann Bee",
    birthDate: "1980-01-01",
    etag: "v5",
    profile: { bio: "b", displayName: "Ann B" },
  });
  const last = answers.find((one) => one.account?.etag === "v5");
  expect(last?.account).toEqual(account);
});

test("the same key gives the same answer, and for another request it is refused", async () => {
  const ann = await settle(mesh, { handle: "ann_key" });
  const change = { bio: "once", legalName: "Ann Once" }; // all that it can cost: the contract's whole budget
  const first = await client().updateProfile({ change, idempotencyKey: "k1" }, as(ann));
  await client().updateProfile({ change: { bio: "twice" } }, as(ann));
  expect(await client().updateProfile({ change, idempotencyKey: "k1" }, as(ann))).toEqual(first);
  const reused = await refusal(client().updateProfile({ change: { bio: "other" }, idempotencyKey: "k1" }, as(ann)));
  expect(reused).toMatchObject({ reason: "IDEMPOTENCY_KEY_REUSED", domain: "mesh" });
  expect(reused.details(FailureSchema)).toHaveLength(1);
  expect(await eventsOf(mesh, ann)).toHaveLength(2);
});

test("an app token that may write the profile does not read personal data from the answer", async () => {
  const ann = await settle(mesh, { handle: "ann_bot", legalName: "Ann Lee", birthDate: "1990-02-03" });
  const bot = as(ann, { scopes: ["profile:write"] });
  const change = { bio: "by a bot" };
  const kept = await client().updateProfile({ change, idempotencyKey: "k2" }, as(ann));
  expect(kept.account?.legalName).toBe("Ann Lee");
  for (const request of [
    { change, idempotencyKey: "k2" },
    { change, validateOnly: true },
    { change: { bio: "again" } },
  ]) {
    const { account } = await client().updateProfile(request, bot);
    expect(account).toMatchObject({ email: "", legalName: "", birthDate: "", profile: { handle: "ann_bot" } });
  }
  const both = as(ann, { scopes: ["profile:write", "account:read"] });
  expect((await client().updateProfile({ change }, both)).account?.legalName).toBe("Ann Lee");
});

test("a suspended account is refused also by a token that does not say so yet", async () => {
  const ann = await settle(mesh, { handle: "ann_susp", state: "SUSPENDED" });
  expect(await refusal(client().updateProfile({ change: { bio: "x" } }, as(ann)))).toMatchObject({
    reason: "STATE_FORBIDS",
    facts: { state: "SUSPENDED" },
  });
  expect((await client().getMe({}, as(ann, { suspended: true }))).account?.state).toBe(4);
});
