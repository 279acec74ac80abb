import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HandleChangedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { eventsOf, lastEvent } from "../testing/events.ts";
import { settle } from "../testing/people.ts";

const DAY = 86_400_000;

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(IdentityService);
const change = (who: string, handle: string) => client().changeHandle({ handle }, as(who));
const lookup = async (handle: string) => {
  const { profile, redirected } = await client().lookupProfile({ handle });
  return [profile?.handle, redirected];
};
const check = async (handle: string) => {
  const { available, reason } = await client().checkHandleAvailability({ handle });
  return available || reason;
};

test("the old handle leads to the account until the redirect ends, and only then is free for others", async () => {
  const ann = await settle(mesh, { handle: "Old_Name" });
  const bob = await settle(mesh, { handle: "bob" });
  const { account, nextChangeAt } = await change(ann, "New_Name");
  expect(account?.profile).toMatchObject({ handle: "New_Name", version: 2n });
  const { handleCooldown, handleRedirect } = mesh.deps<Deps>("identity").config;
  expect(nextChangeAt && timestampDate(nextChangeAt).getTime() - mesh.clock.now().getTime()).toBeCloseTo(
    handleCooldown,
    -4,
  );

  expect(await lookup("@old_name")).toEqual(["New_Name", true]);
  expect(await lookup("NEW_NAME")).toEqual(["New_Name", false]);
  expect([await check("OLD_name"), await check("new_name"), await check("never_had"), await check("admin")]).toEqual([
    "TAKEN",
    "TAKEN",
    true,
    "RESERVED",
  ]);
  expect(await refusal(change(bob, "old_name"))).toMatchObject({
    code: Code.AlreadyExists,
    reason: "HANDLE_TAKEN",
    facts: { field: "handle" },
  });
  expect(await lastEvent(mesh, HandleChangedSchema, ann)).toMatchObject({
    oldHandle: "Old_Name",
    newHandle: "New_Name",
    version: 2n,
  });

  mesh.clock.advance(handleRedirect + 1000);
  expect(await refusal(client().lookupProfile({ handle: "old_name" }))).toMatchObject({ reason: "ACCOUNT_NOT_FOUND" });
  expect(await check("old_name")).toBe(true);
  await change(bob, "old_name");
  expect(await lookup("Old_Name")).toEqual(["old_name", false]);
  expect(await refusal(change(ann, "old_name"))).toMatchObject({ reason: "HANDLE_TAKEN" });
});

test("a handle can be changed again only after the cooldown, and then be taken back", async () => {
  const ann = await settle(mesh, { handle: "first_one" });
  await change(ann, "second_one");
  const refused = await refusal(change(ann, "first_one"));
  expect(refused).toMatchObject({ code: Code.FailedPrecondition, reason: "HANDLE_COOLDOWN" });
  const until = Date.parse(refused.facts.next_change_at ?? "") - mesh.clock.now().getTime();
  expect(until).toBeGreaterThan(13 * DAY);
  mesh.clock.advance(until + 1000);
  await change(ann, "First_One");
  expect(await lookup("first_one")).toEqual(["First_One", false]);
  expect(await lookup("second_one")).toEqual(["First_One", true]);
});

test("another spelling frees nothing and costs no cooldown; the same spelling is no change at all", async () => {
  const ann = await settle(mesh, { handle: "spelling" });
  const { nextChangeAt } = await change(ann, "SpellIng");
  expect(nextChangeAt).toBeUndefined();
  await change(ann, "Spelling");
  await change(ann, "Spelling");
  expect(await eventsOf(mesh, ann)).toEqual(["HandleChanged", "HandleChanged"]);
  expect((await lastEvent(mesh, HandleChangedSchema, ann)).redirectUntil).toBeUndefined();
  expect(await lookup("spelling")).toEqual(["Spelling", false]);
});

test("of many who want one handle one gets it, and swapping two does not hang", async () => {
  const people = await Promise.all(Array.from({ length: 6 }, (_, at) => settle(mesh, { handle: `wants_${at}` })));
  const outcomes = await Promise.allSettled(people.map((one) => change(one, "wanted")));
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const swapping = await Promise.allSettled([change(people[4] ?? "", "wants_5"), change(people[5] ?? "", "wants_4")]);
  for (const outcome of swapping)
    if (outcome.status === "rejected")
      expect((await refusal(Promise.reject(outcome.reason))).reason).toMatch(/HANDLE_TAKEN|HANDLE_COOLDOWN/);
});

test("reserved names are refused, and a repeated call with its key answers the same", async () => {
  const ann = await settle(mesh, { handle: "not_admin" });
  expect(await refusal(change(ann, "Admin"))).toMatchObject({ code: Code.InvalidArgument, reason: "HANDLE_RESERVED" });
  const first = await client().changeHandle({ handle: "keyed", idempotencyKey: "k" }, as(ann));
  expect(await client().changeHandle({ handle: "keyed", idempotencyKey: "k" }, as(ann))).toEqual(first);
  expect(await eventsOf(mesh, ann)).toEqual(["HandleChanged"]);
});
