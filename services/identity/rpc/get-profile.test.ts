import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ReadInfo_Source } from "#gen/skein/common/v1/consistency_pb.ts";
import { type Profile, ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { toyGraph } from "../testing/graph.ts";
import { settle } from "../testing/people.ts";

const { CACHE, OWNER } = ReadInfo_Source;

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity, toyGraph().service]);
  await deps().redis.whenUp();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(IdentityService);
const deps = () => mesh.deps<Deps>("identity");
const sourceOf = async (accountId: string) => (await client().getProfile({ accountId })).readInfo?.source;
const missing = { code: Code.NotFound, reason: "ACCOUNT_NOT_FOUND" };

test("a profile comes from its owner once and then from the cache, and is the same", async () => {
  const ann = await settle(mesh, { handle: "ann_cache", displayName: "Ann" });
  const first = await client().getProfile({ accountId: ann.toUpperCase() });
  const second = await client().getProfile({ accountId: ann });
  expect([first.readInfo?.source, second.readInfo?.source]).toEqual([OWNER, CACHE]);
  expect(second.profile).toEqual(first.profile);
});

test("an update is in the cache when its call returns", async () => {
  const ann = await settle(mesh, { handle: "ann_fresh" });
  await client().getProfile({ accountId: ann });
  await client().updateProfile({ change: { bio: "new" } }, as(ann));
  const { profile, readInfo } = await client().getProfile({ accountId: ann });
  expect(profile).toMatchObject({ bio: "new", version: 2n });
  expect(readInfo?.source).toBe(CACHE);
});

test("hidden and unknown accounts are one answer, but their owner sees them", async () => {
  for (const state of ["SUSPENDED", "DEACTIVATED", "DELETING"] as const) {
    const ann = await settle(mesh, { handle: `ann_${state.toLowerCase()}`, state });
    expect(await refusal(client().getProfile({ accountId: ann }))).toMatchObject(missing);
    expect((await client().getProfile({ accountId: ann }, as(ann))).profile?.accountId).toBe(ann);
    expect(await refusal(client().getProfile({ accountId: ann }))).toMatchObject(missing); // nothing was cached for others
    expect(await refusal(client().lookupProfile({ handle: `ann_${state.toLowerCase()}` }))).toMatchObject(missing);
  }
  expect(await refusal(client().getProfile({ accountId: deps().ids.next() }))).toMatchObject(missing);
});

test("many come in the order asked, twice if asked twice, without the unknown, cached or not, the own one in any state", async () => {
  const [ann, bob, cid] = [
    await settle(mesh, { handle: "b_ann" }),
    await settle(mesh, { handle: "b_bob" }),
    await settle(mesh, { handle: "b_cid", state: "DEACTIVATED" }),
  ];
  await client().getProfile({ accountId: bob });
  const accountIds = [bob, deps().ids.next(), ann, cid, bob.toUpperCase()];
  const handles = async (who?: string) =>
    (await client().batchGetProfiles({ accountIds }, who ? as(who) : {})).profiles.map(({ handle }) => handle);
  expect(await handles()).toEqual(["b_bob", "b_ann", "b_bob"]);
  expect(await handles(cid)).toEqual(["b_bob", "b_ann", "b_cid", "b_bob"]);
  expect(await handles()).toEqual(["b_bob", "b_ann", "b_bob"]);
  expect((await client().batchGetProfiles({ accountIds: [] })).profiles).toEqual([]);
});

test("a lost Redis memory costs nothing but a read", async () => {
  const ann = await settle(mesh, { handle: "ann_flush" });
  await sourceOf(ann);
  expect(await sourceOf(ann)).toBe(CACHE);
  await deps().redis.client.flushall();
  expect(await sourceOf(ann)).toBe(OWNER);
  expect(await sourceOf(ann)).toBe(CACHE);
});

test("an account that is hidden is gone at once, also for a reader who loaded it before and writes after", async () => {
  const ann = await settle(mesh, { handle: "ann_stale" });
  await sourceOf(ann);
  const before = (await client().getProfile({ accountId: ann })).profile;
  await client().deactivateAccount({}, as(ann));
  expect(await refusal(client().getProfile({ accountId: ann }))).toMatchObject(missing);
  // What a slow reader would do now: write what it loaded before.
  const versionOf = ({ version }: Profile) => version;
  const kept = { schema: ProfileSchema, ttlMs: 60_000, versionOf, key: (id: string) => `profile:${id}` };
  if (before) await deps().cache.put(new Map([[ann, before]]), kept);
  expect(await refusal(client().getProfile({ accountId: ann }))).toMatchObject(missing);
  await client().reactivateAccount({}, as(ann));
  expect(await sourceOf(ann)).toBe(CACHE);
});

test("an account that was hidden while Redis took no note is dropped from the cache by the job", async () => {
  const ann = await settle(mesh, { handle: "ann_unheard" });
  await sourceOf(ann);
  const now = mesh.clock.now();
  await deps().db.query(
    sql`update account set state = 'SUSPENDED', version = version + 1, updated_at = ${now} where id = ${ann}`,
  );
  expect(await sourceOf(ann)).toBe(CACHE);
  await mesh.runJob("identity", "forget-hidden");
  expect(await refusal(client().getProfile({ accountId: ann }))).toMatchObject(missing);
});
