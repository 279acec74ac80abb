import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Relation_MuteScope as Mute, Relation_Standing as Standing } from "#gen/skein/common/v1/visibility_pb.ts";
import {
  AccountBlockedSchema,
  AccountFollowedSchema,
  AccountMutedSchema,
  AccountUnblockedSchema,
  AccountUnfollowedSchema,
  AccountUnmutedSchema,
  FollowChangedSchema,
  ListChangedSchema,
  PrivacySettingsChangedSchema,
} from "#gen/skein/graph/v1/graph_events_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { follow, people } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";
import type { Between } from "../view/shapes.ts";
import { readBetween } from "./relations.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const STRANGER: Between = {
  ...{ self: false, standing: Standing.ACTIVE, blocking: false, blockedBy: false, muted: [], following: false },
  ...{ followedBy: false, locked: false, hiddenFromHome: false, repostsHidden: false },
};

const look = async (viewer: string | undefined, accounts: string[], posts: string[] = []) => {
  await mesh.settle();
  return readBetween(mesh.timeline, viewer, { accounts, posts });
};
const between = async (viewer: string | undefined, account: string) =>
  (await look(viewer, [account])).between.get(account);

test("a follow says what it says, both ways, until it ends", async () => {
  const { ann, bob } = await people(mesh, "ann", "bob");
  expect(await between(ann, bob)).toEqual(STRANGER);
  await follow(mesh, ann, bob);
  expect(await between(ann, bob)).toEqual({ ...STRANGER, following: true });
  expect(await between(bob, ann)).toEqual({ ...STRANGER, followedBy: true });
  const flags = { hideReposts: true, hideFromHome: true };
  await mesh.announce(FollowChangedSchema, { followerId: ann, followeeId: bob, ...flags });
  expect(await between(ann, bob)).toEqual({
    ...STRANGER,
    ...{ following: true, hiddenFromHome: true, repostsHidden: true },
  });
  await mesh.announce(
    AccountFollowedSchema,
    { followerId: bob, followeeId: ann },
    { followerId: bob, followeeId: ann, hideReposts: true },
  );
  await mesh.announce(AccountUnfollowedSchema, { followerId: ann, followeeId: bob });
  expect(await between(ann, bob)).toEqual({ ...STRANGER, followedBy: true });
  expect(await between(bob, ann)).toEqual({ ...STRANGER, following: true, repostsHidden: true });
});

test("what is said of a request changes nothing before it is accepted", async () => {
  const { ann, bob } = await people(mesh, "ann", "bob");
  const edge = { followerId: ann, followeeId: bob };
  await mesh.announce(AccountFollowedSchema, edge);
  await mesh.announce(AccountUnfollowedSchema, edge);
  await mesh.announce(FollowChangedSchema, { ...edge, hideReposts: true });
  expect(await between(ann, bob)).toEqual(STRANGER);
});

test("a block parts the two at once, whatever edges there are", async () => {
  const { ann, bob } = await people(mesh, "ann", "bob");
  await follow(mesh, ann, bob);
  await follow(mesh, bob, ann);
  await mesh.announce(AccountBlockedSchema, { blockerId: ann, blockedId: bob });
  expect(await between(ann, bob)).toEqual({ ...STRANGER, blocking: true });
  expect(await between(bob, ann)).toEqual({ ...STRANGER, blockedBy: true });
  await mesh.announce(AccountUnblockedSchema, { blockerId: ann, blockedId: bob });
  expect(await between(bob, ann)).toEqual({ ...STRANGER, following: true, followedBy: true });
});

test("a mute holds for its scopes and until it expires, announced or not", async () => {
  const { ann, bob } = await people(mesh, "ann", "bob");
  const muted = (scopes: Mute[], expiresMs?: number) =>
    mesh.announce(AccountMutedSchema, {
      ...{ muterId: ann, mutedId: bob, scopes },
      ...(expiresMs && { expiresAt: timestampFromDate(new Date(mesh.clock.now().getTime() + expiresMs)) }),
    });
  await muted([Mute.HOME, Mute.REPOSTS]);
  expect((await between(ann, bob))?.muted).toEqual([Mute.HOME, Mute.REPOSTS]);
  await muted([Mute.NOTIFICATIONS], 60_000);
  expect((await between(ann, bob))?.muted).toEqual([Mute.NOTIFICATIONS]);
  expect((await between(bob, ann))?.muted).toEqual([]);
  mesh.clock.advance(60_001);
  expect((await between(ann, bob))?.muted).toEqual([]);
  await muted([Mute.HOME]);
  await mesh.announce(AccountUnmutedSchema, { muterId: ann, mutedId: bob });
  expect(await between(ann, bob)).toEqual(STRANGER);
});

test("locks are for everybody, exclusive lists for their owner", async () => {
  const { ann, bob, eve } = await people(mesh, "ann", "bob", "eve");
  const listId = mesh.timeline.ids.next();
  const change = (value: Parameters<typeof mesh.announce<typeof ListChangedSchema>>[1]) =>
    mesh.announce(ListChangedSchema, { ownerId: ann, listId, ...value });
  const exclusive = async (viewer: string) => [...(await look(viewer, [bob, eve])).exclusive];
  await mesh.announce(PrivacySettingsChangedSchema, { accountId: bob, settings: { locked: true } });
  expect(await between(undefined, bob)).toEqual({ ...STRANGER, locked: true });
  await change({ change: { case: "memberAdded", value: { accountId: bob } } });
  await change({ change: { case: "saved", value: { title: "quiet", exclusive: false } } });
  expect(await exclusive(ann)).toEqual([]);
  await change({ change: { case: "saved", value: { title: "quiet", exclusive: true } } });
  expect([await exclusive(ann), await exclusive(eve)]).toEqual([[bob], []]);
  await change({ change: { case: "memberRemoved", value: { accountId: bob } } });
  await change({ change: { case: "memberAdded", value: { accountId: eve } } });
  expect(await exclusive(ann)).toEqual([eve]);
  await change({ change: { case: "deleted", value: {} } });
  expect(await exclusive(ann)).toEqual([]);
  await mesh.announce(PrivacySettingsChangedSchema, { accountId: bob, settings: { locked: false } });
  expect(await between(ann, bob)).toEqual(STRANGER);
});

test("of posts it says what the viewer did, and nothing of others' acts", async () => {
  const { ann, bob } = await people(mesh, "ann", "bob");
  const [liked, all, none] = [mesh.timeline.ids.next(), mesh.timeline.ids.next(), mesh.timeline.ids.next()];
  await mesh.timeline.db.query(sql`insert into reaction (account_id, post_id, kind, author_id, shard, at)
    select * from (values (${ann}::uuid, ${liked}::uuid, 1), (${ann}, ${all}, 1), (${ann}, ${all}, 2), (${ann}, ${all}, 3),
      (${bob}, ${none}, 1)) as r (a, p, k), (values (${bob}::uuid, 0, now())) as x`);
  await mesh.timeline.db.query(sql`insert into feedback (account_id, post_id, author_id, kind, at)
    values (${ann}, ${all}, ${bob}, 3, now()), (${ann}, ${none}, ${bob}, 2, now())`);
  const { acts } = await look(ann, [bob], [none, liked, all, liked]);
  const nothing = { liked: false, shared: false, bookmarked: false, hidden: false };
  expect([...acts]).toEqual([
    [liked, { ...nothing, liked: true }],
    [all, { liked: true, shared: true, bookmarked: true, hidden: true }],
  ]);
  expect((await look(undefined, [bob], [liked])).acts.size).toBe(0);
});

test("one asks about oneself, about strangers and about nobody", async () => {
  const { ann } = await people(mesh, "ann");
  const unknown = mesh.timeline.ids.next();
  const { between: facts, authors } = await look(ann, [unknown, ann, ann]);
  expect([...facts]).toEqual([
    [unknown, { ...STRANGER, standing: Standing.UNSPECIFIED }],
    [ann, { ...STRANGER, self: true }],
  ]);
  expect([...authors.keys()]).toEqual([ann]);
  const { between: none } = await look(ann, []);
  expect(none.size).toBe(0);
});
