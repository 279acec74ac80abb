import { afterAll, beforeAll, expect, test } from "vitest";
import { Relation_Standing as Standing } from "#gen/skein/common/v1/visibility_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
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
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { announce, identityRows, startGraphMesh } from "../testing/graph-mesh.ts";
import { rebuild } from "../testing/operator.ts";
import { settle } from "../testing/people.ts";

let mesh: TestMesh;
let ann: string;
beforeAll(async () => {
  mesh = await startGraphMesh();
  ann = await settle(mesh, "watcher");
});
afterAll(() => mesh[Symbol.asyncDispose]());

const newId = () => mesh.deps<Deps>("social-graph").ids.next();
const profileOf = (accountId: string, handle: string, version: bigint, bio = "") => ({
  accountId,
  handle,
  version,
  bio,
});

const { ACTIVE, HIDDEN, SUSPENDED, UNSPECIFIED } = Standing;

async function standingOf(accountId: string): Promise<Standing | undefined> {
  await mesh.settle();
  const request = { viewerId: ann, surface: Surface.PROFILE, subjectIds: [accountId] };
  const { subjects } = await mesh.client(GraphService).batchCheckVisibility(request);
  return subjects[0]?.relation?.standing;
}

/** How the account is shown: by one of its blocks, for there profiles are. */
async function shownAs(accountId: string): Promise<string | undefined> {
  await mesh.settle();
  const { db } = mesh.deps<Deps>("social-graph");
  await db.query(sql`insert into block (blocker_id, blocked_id, shard, blocked_at)
    values (${ann}, ${accountId}, 0, now()) on conflict do nothing`);
  const { blocks } = await mesh.client(GraphService).listBlocks({}, as(ann));
  const face = blocks.find((block) => block.accountId === accountId)?.profile;
  return face && `${face.handle} ${face.version} ${face.bio}`.trim();
}

test("an account is there with its profile as it was last announced, handle and version included", async () => {
  const id = newId();
  expect(await standingOf(id)).toBe(UNSPECIFIED);
  await announce(mesh, "identity", AccountRegisteredSchema, { accountId: id, profile: profileOf(id, "first", 1n) });
  expect([await standingOf(id), await shownAs(id)]).toEqual([ACTIVE, "first 1"]);
  await announce(mesh, "identity", ProfileUpdatedSchema, {
    accountId: id,
    profile: profileOf(id, "first", 2n, "hello"),
  });
  await announce(mesh, "identity", HandleChangedSchema, {
    accountId: id,
    oldHandle: "first",
    newHandle: "second",
    version: 3n,
  });
  expect(await shownAs(id)).toBe("second 3 hello");
  await announce(mesh, "identity", ProfileUpdatedSchema, { accountId: id, profile: profileOf(id, "old", 2n) }); // nothing newer
  expect(await shownAs(id)).toBe("second 3 hello");
});

test("what hides an account is switched one by one, and it is there when nothing hides it any more", async () => {
  const accountId = newId();
  let version = 1n;
  const profile = () => profileOf(accountId, "hiding", version++);
  await announce(mesh, "identity", AccountRegisteredSchema, { accountId, profile: profile() });
  await announce(mesh, "identity", AccountSuspendedSchema, { accountId, version: version++ });
  expect(await standingOf(accountId)).toBe(SUSPENDED);
  await announce(mesh, "identity", AccountDeactivatedSchema, { accountId });
  await announce(mesh, "identity", AccountDeletionRequestedSchema, { accountId });
  expect([await standingOf(accountId), await shownAs(accountId)]).toEqual([HIDDEN, undefined]);
  await announce(mesh, "identity", AccountDeletionCancelledSchema, { accountId, profile: profile() });
  expect(await standingOf(accountId)).toBe(HIDDEN);
  await announce(mesh, "identity", AccountReactivatedSchema, { accountId, profile: profile() });
  expect(await standingOf(accountId)).toBe(SUSPENDED);
  await announce(mesh, "identity", AccountReinstatedSchema, { accountId, profile: profile() });
  expect([await standingOf(accountId), await shownAs(accountId)]).toEqual([ACTIVE, `hiding ${version - 1n}`]);
  await announce(mesh, "identity", AccountErasureDueSchema, { accountId });
  expect(await standingOf(accountId)).toBe(UNSPECIFIED);
});

test("read anew from identity, accounts are as identity has them, and nobody else is there", async () => {
  const [active, off, deleting, suspended, stranger] = [
    newId(),
    newId(),
    newId(),
    newId(),
    await settle(mesh, "ghost"),
  ];
  const row = (accountId: string, state: AccountState) => ({ profile: profileOf(accountId, "anew", 7n), state });
  identityRows.splice(
    0,
    identityRows.length,
    row(active, AccountState.ACTIVE),
    row(off, AccountState.DEACTIVATED),
    row(deleting, AccountState.DELETING),
    row(suspended, AccountState.SUSPENDED),
    row(ann, AccountState.ACTIVE),
  );
  await announce(mesh, "identity", AccountRegisteredSchema, { accountId: off, profile: profileOf(off, "before", 1n) });
  await mesh.settle();
  await rebuild(mesh, "mirror-accounts");
  const standings = await Promise.all([active, off, deleting, suspended, stranger].map(standingOf));
  expect(standings).toEqual([ACTIVE, HIDDEN, HIDDEN, SUSPENDED, UNSPECIFIED]);
  expect(await shownAs(active)).toBe("anew 7");
  await announce(mesh, "identity", AccountReactivatedSchema, { accountId: off, profile: profileOf(off, "back", 8n) });
  expect([await standingOf(off), await shownAs(off)]).toEqual([ACTIVE, "back 8"]);
});
