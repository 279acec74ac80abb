import { afterAll, beforeAll, expect, test } from "vitest";
import { AccountState } from "#gen/skein/identity/v1/account_pb.ts";
import {
  AccountDeactivatedSchema,
  AccountDeletionCancelledSchema,
  AccountDeletionRequestedSchema,
  AccountErasureDueSchema,
  AccountReactivatedSchema,
  AccountRegisteredSchema,
  AccountReinstatedSchema,
  AccountSuspendedSchema,
  HandleChangedSchema,
  ProfileUpdatedSchema,
} from "#gen/skein/identity/v1/identity_events_pb.ts";
import { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { as } from "#mesh/testing.ts";
import { readProfiles } from "../store/accounts.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { read, write } from "../testing/writing.ts";

let mesh: ContentMesh;
beforeAll(async () => {
  mesh = await startContent();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const stateOf = async (id: string) => {
  const [row] = await mesh.content.db.query<{ state: string }>(sql`select state from account where id = ${id}`);
  return row?.state;
};
const register = async (handle: string) => {
  const accountId = mesh.content.ids.next();
  await mesh.announce(AccountRegisteredSchema, { accountId, profile: { accountId, handle, version: 1n } });
  return accountId;
};

test("an account is known by what was announced of it last", async () => {
  const accountId = await register("ann");
  const { id } = await write(mesh, accountId, "hello");
  await mesh.announce(ProfileUpdatedSchema, {
    accountId,
    profile: { accountId, handle: "ann", displayName: "Ann", version: 2n },
  });
  await mesh.announce(HandleChangedSchema, { accountId, oldHandle: "ann", newHandle: "anna", version: 3n });
  await mesh.settle();
  expect((await read(mesh, id)).author).toMatchObject({ handle: "anna", displayName: "Ann", version: 3n });
  const { id: mention } = await write(mesh, accountId, "@ann is @anna now");
  expect((await read(mesh, mention)).card?.facets).toMatchObject([{ feature: { value: { handle: "anna" } } }]);
});

test("what hides an account is told apart, and none of it is undone by another's end", async () => {
  const accountId = await register("bob");
  const profile = { accountId, handle: "bob", version: 1n };
  const steps: [() => Promise<void>, string][] = [
    [() => mesh.announce(AccountDeactivatedSchema, { accountId }), "DEACTIVATED"],
    [() => mesh.announce(AccountSuspendedSchema, { accountId }), "SUSPENDED"],
    [() => mesh.announce(AccountReactivatedSchema, { accountId, profile }), "SUSPENDED"],
    [() => mesh.announce(AccountDeactivatedSchema, { accountId }), "SUSPENDED"],
    [() => mesh.announce(AccountDeletionRequestedSchema, { accountId }), "DELETING"],
    [() => mesh.announce(AccountReinstatedSchema, { accountId, profile }), "DELETING"],
    [() => mesh.announce(AccountDeletionCancelledSchema, { accountId, profile }), "ACTIVE"],
    [() => mesh.announce(AccountSuspendedSchema, { accountId }), "SUSPENDED"],
    [() => mesh.announce(AccountReinstatedSchema, { accountId, profile }), "ACTIVE"],
  ];
  for (const [announce, state] of steps) {
    await announce();
    await mesh.settle();
    expect(await stateOf(accountId)).toBe(state);
  }
  await mesh.announce(AccountErasureDueSchema, { accountId });
  await mesh.settle();
  expect(await stateOf(accountId)).toBeUndefined();
});

test("read anew, it holds what identity's snapshot holds, and nothing else", async () => {
  const { db, ids } = mesh.content;
  const [kept, ghost, lost] = [await register("kept"), await register("ghost"), ids.next()];
  await mesh.settle();
  mesh.identity.accounts.push(
    { id: kept, handle: "kept_on", state: AccountState.ACTIVE },
    { id: lost, handle: "found", state: AccountState.SUSPENDED },
  );
  await db.query(sql`update account set handle = 'wrong', version = 1000000 where id = ${kept}`);
  const admin = as(kept, { roles: [Role.USER, Role.ADMIN] });
  for await (const _ of mesh.client(OpsService, "content").rebuildConsumer({ consumer: "mirror-account" }, admin));
  expect(await db.query(sql`select id, handle, state from account order by handle`)).toEqual([
    { id: lost, handle: "found", state: "SUSPENDED" },
    { id: kept, handle: "kept_on", state: "ACTIVE" },
  ]);
  expect((await readProfiles(db.query, [kept])).get(kept)).toMatchObject({ handle: "kept_on", version: 9n });
  expect(await stateOf(ghost)).toBeUndefined();
  await mesh.announce(ProfileUpdatedSchema, {
    accountId: kept,
    profile: { accountId: kept, handle: "later", version: 10n },
  });
  await mesh.settle();
  expect((await readProfiles(db.query, [kept])).get(kept)?.handle).toBe("later");
});
