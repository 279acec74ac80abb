import { fromBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Relation_Standing as Standing } from "#gen/skein/common/v1/visibility_pb.ts";
import { ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import {
  AccountDeactivatedSchema,
  AccountDeletionCancelledSchema,
  AccountDeletionRequestedSchema,
  AccountErasureDueSchema,
  AccountReactivatedSchema,
  AccountReinstatedSchema,
  AccountSuspendedSchema,
  HandleChangedSchema,
  ProfileUpdatedSchema,
} from "#gen/skein/identity/v1/identity_events_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { readBetween } from "../store/relations.ts";
import { people } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline();
});
afterAll(() => mesh[Symbol.asyncDispose]());

/** How an account stands, and its profile as bytes that go out. */
async function shown(accountId: string) {
  await mesh.settle();
  const { between, authors } = await readBetween(mesh.timeline, undefined, { accounts: [accountId], posts: [] });
  const author = authors.get(accountId);
  const profile = author && fromBinary(ProfileSchema, author.profile);
  expect(profile?.handle).toBe(author?.handle);
  expect(profile?.displayName).toBe(author?.displayName);
  return [between.get(accountId)?.standing, profile && `${profile.handle} ${profile.version} ${profile.bio}`.trim()];
}

const { ACTIVE, HIDDEN, SUSPENDED, UNSPECIFIED } = Standing;

test("an author is shown as it was last announced, also by a process that has shown it before", async () => {
  const { ann: accountId } = await people(mesh, "ann");
  const profile = (handle: string, version: bigint, bio: string) => ({ accountId, handle, version, bio });
  expect(await shown(accountId)).toEqual([ACTIVE, "ann 1"]);
  await mesh.announce(ProfileUpdatedSchema, { accountId, profile: profile("ann", 2n, "hello") });
  expect(await shown(accountId)).toEqual([ACTIVE, "ann 2 hello"]);
  await mesh.announce(HandleChangedSchema, { accountId, oldHandle: "ann", newHandle: "anna", version: 3n });
  expect(await shown(accountId)).toEqual([ACTIVE, "anna 3 hello"]);
  await mesh.announce(ProfileUpdatedSchema, { accountId, profile: profile("old", 2n, "late") });
  await mesh.announce(HandleChangedSchema, { accountId, oldHandle: "x", newHandle: "older", version: 3n });
  expect(await shown(accountId)).toEqual([ACTIVE, "anna 3 hello"]);
});

test("a profile that this process has in this version does not come again", async () => {
  const { bob: accountId } = await people(mesh, "bob");
  expect(await shown(accountId)).toEqual([ACTIVE, "bob 1"]);
  const { db } = mesh.timeline;
  await db.query(sql`update account set profile = '\\xff' where account_id = ${accountId}`); // nobody would decode it
  expect(await shown(accountId)).toEqual([ACTIVE, "bob 1"]);
});

test("what hides an account is switched one by one, and it is there when nothing hides it any more", async () => {
  const { cleo: accountId } = await people(mesh, "cleo");
  let version = 1n;
  const profile = () => ({ accountId, handle: "cleo", version: ++version });
  const steps: [() => Promise<void>, Standing][] = [
    [() => mesh.announce(AccountSuspendedSchema, { accountId }), SUSPENDED],
    [() => mesh.announce(AccountDeactivatedSchema, { accountId }), HIDDEN],
    [() => mesh.announce(AccountDeletionRequestedSchema, { accountId }), HIDDEN],
    [() => mesh.announce(AccountDeletionCancelledSchema, { accountId, profile: profile() }), HIDDEN],
    [() => mesh.announce(AccountReactivatedSchema, { accountId, profile: profile() }), SUSPENDED],
    [() => mesh.announce(AccountReinstatedSchema, { accountId, profile: profile() }), ACTIVE],
  ];
  for (const [announce, standing] of steps) {
    await announce();
    expect((await shown(accountId))[0]).toBe(standing);
  }
  expect(await shown(accountId)).toEqual([ACTIVE, "cleo 4"]);
});

test("an account that is to be erased is nobody at once, also to whom has shown it before", async () => {
  const { dan: accountId } = await people(mesh, "dan");
  expect(await shown(accountId)).toEqual([ACTIVE, "dan 1"]);
  await mesh.announce(AccountErasureDueSchema, { accountId });
  expect(await shown(accountId)).toEqual([UNSPECIFIED, undefined]);
});
