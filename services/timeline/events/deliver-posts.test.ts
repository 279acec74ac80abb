import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { PostSharedSchema, PostUndeletedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { FanoutTier } from "#gen/skein/graph/v1/counts_pb.ts";
import {
  AccountFollowedSchema,
  FanoutTierChangedSchema,
  FollowChangedSchema,
} from "#gen/skein/graph/v1/graph_events_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import { connect } from "#mesh/store/provision.ts";
import { readHome } from "../hot/homes.ts";
import { idsIn } from "../rules/entry-ids.ts";
import { pulledFor } from "../store/pulled.ts";
import { readViewer } from "../store/viewer.ts";
import { homeOf, hotHomeOf, newest, settleHomes } from "../testing/homes.ts";
import { follow, people, post } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline();
});
afterAll(() => mesh[Symbol.asyncDispose]());

async function cast() {
  const all = await people(mesh, "ann", "bob", "cem");
  await follow(mesh, all.ann, all.bob);
  await mesh.settle();
  await homeOf(mesh, all.ann);
  return all;
}

const tier = async (accountId: string, to: FanoutTier) => {
  await mesh.announce(FanoutTierChangedSchema, { accountId, tier: to, followers: 10_000n });
  await mesh.settle();
};

/** What a reader finds: what was delivered, and what it pulls. */
async function candidates(viewerId: string): Promise<string[]> {
  const { ids, mark } = await readHome(mesh.timeline, viewerId);
  const { pullSet } = await readViewer(mesh.timeline, viewerId);
  const pulled = await pulledFor(mesh.timeline, pullSet, mark);
  return newest(...new Set([...idsIn(ids), ...idsIn(pulled.ids)]));
}

test("posts and shares reach those who follow the actor, and the actor; nobody else", async () => {
  const { ann, bob, cem } = await cast();
  await Promise.all([homeOf(mesh, bob), homeOf(mesh, cem)]);
  const written = await post(mesh, bob, "hello");
  const foreign = await post(mesh, cem, "elsewhere");
  const shareId = mesh.timeline.ids.next();
  await mesh.announce(PostSharedSchema, { sharerId: bob, postId: foreign, authorId: cem, shareId });
  await settleHomes(mesh);
  expect(await hotHomeOf(mesh, ann)).toEqual(newest(written, shareId));
  expect(await hotHomeOf(mesh, bob)).toEqual(newest(written, shareId));
  expect(await hotHomeOf(mesh, cem)).toEqual([foreign]);
});

test("a post that is announced again is in a home once", async () => {
  const { ann, bob } = await cast();
  const made = [await post(mesh, bob, "one"), await post(mesh, bob, "two")];
  await settleHomes(mesh);
  await mesh.announce(
    PostUndeletedSchema,
    ...made.map((id) => ({
      authorId: bob,
      postId: id,
      card: { id, authorId: bob, audience: Audience.PUBLIC, version: 9n },
    })),
  );
  await settleHomes(mesh);
  expect(await hotHomeOf(mesh, ann)).toEqual(newest(...made));
});

test("a follow brings everything that a home has room for, also between what is there", async () => {
  const { ann, bob, cem } = await cast();
  const made: string[] = [];
  for (const author of [cem, bob, cem, bob, cem]) made.push(await post(mesh, author, "in turns"));
  await settleHomes(mesh);
  expect(await hotHomeOf(mesh, ann)).toEqual(newest(made[1] ?? "", made[3] ?? ""));
  await follow(mesh, ann, cem);
  await mesh.settle();
  expect(await hotHomeOf(mesh, ann)).toEqual(newest(...made));
});

test("a follow that is kept out of home brings nothing, until it is shown there", async () => {
  const { ann, cem } = await cast();
  const made = await post(mesh, cem, "quiet");
  await mesh.announce(AccountFollowedSchema, { followerId: ann, followeeId: cem, hideFromHome: true });
  await settleHomes(mesh);
  expect(await hotHomeOf(mesh, ann)).toEqual([]);
  await mesh.announce(FollowChangedSchema, { followerId: ann, followeeId: cem, hideFromHome: false });
  await settleHomes(mesh);
  expect(await hotHomeOf(mesh, ann)).toEqual([made]);
});

test("follows and posts that race each other leave no hole", async () => {
  const { ann, cem } = await cast();
  const made: string[] = [];
  const act = async (turn: number) => {
    if (turn === 10) await follow(mesh, ann, cem);
    else made.push(await post(mesh, cem, `${turn}`));
  };
  await Promise.all(Array.from({ length: 20 }, (_, turn) => act(turn)));
  await settleHomes(mesh);
  expect(await hotHomeOf(mesh, ann)).toEqual(newest(...made));
});

test("what was pushed stays pushed and what is pulled stays pulled when an author crosses the threshold, and back", async () => {
  const { ann, bob } = await cast();
  const small = await post(mesh, bob, "small");
  await settleHomes(mesh);
  await tier(bob, FanoutTier.PULL);
  const large = [await post(mesh, bob, "large"), await post(mesh, bob, "larger")];
  await settleHomes(mesh);
  expect(await hotHomeOf(mesh, ann)).toEqual([small]);
  expect(await candidates(ann)).toEqual(newest(small, ...large));
  await tier(bob, FanoutTier.PUSH);
  const again = await post(mesh, bob, "small again");
  await settleHomes(mesh);
  expect(await hotHomeOf(mesh, ann)).toEqual(newest(small, again));
  expect(await candidates(ann)).toEqual(newest(small, ...large, again));
  await homeOf(mesh, bob);
  expect(await homeOf(mesh, bob)).toEqual(newest(small, ...large, again));
});

test("a pulled post is there at the next read, though what is pulled is remembered", async () => {
  const { ann, bob } = await cast();
  await tier(bob, FanoutTier.PULL);
  const made: string[] = [];
  for (let turn = 0; turn < 3; turn++) {
    made.push(await post(mesh, bob, "again"));
    await settleHomes(mesh);
    expect(await candidates(ann)).toEqual(newest(...made));
    const asked = mesh.timeline.db;
    const deaf = { ...mesh.timeline, db: { ...asked, query: () => Promise.reject(new Error("asked storage")) } };
    const { mark } = await readHome(mesh.timeline, ann);
    const known = await pulledFor(deaf as typeof mesh.timeline, [bob], mark);
    expect(idsIn(known.ids)).toEqual(newest(...made));
  }
});

test("of a pulled author who posts a lot, the newest hundred are candidates, and the floor says so", async () => {
  const { bob } = await cast();
  await tier(bob, FanoutTier.PULL);
  const made = await Promise.all(Array.from({ length: 120 }, () => post(mesh, bob, "more")));
  await settleHomes(mesh);
  const { ids, floor } = await pulledFor(mesh.timeline, [bob]);
  expect(idsIn(ids)).toEqual(newest(...made).slice(0, 100));
  expect(floor).toBe(idsIn(ids).at(-1));
});

test("what is delivered once more, because a crash took back how far that was, doubles nothing", async () => {
  const { ann, bob } = await cast();
  const made = [await post(mesh, bob, "one"), await post(mesh, bob, "two")];
  await settleHomes(mesh);
  const before = await moveTo(bob, 0n);
  made.push(await post(mesh, bob, "three"));
  await settleHomes(mesh); // now it knows
  await settleHomes(mesh);
  expect(await moveTo(bob, before)).toBe(before + 1n); // it went that way once more
  expect(await hotHomeOf(mesh, ann)).toEqual(newest(...made));
});

/** Writes down another position of the author's posts, as a server does that dies; returns what was there. */
async function moveTo(authorId: string, seq: bigint): Promise<bigint> {
  await using there = await superuser();
  const values = ["deliver-posts", partitionOf(authorId)];
  const where = "consumer = $1 and source = 'content' and partition = $2";
  const { rows } = await there.query(`select seq from consumer_position where ${where}`, values);
  await there.query(`update consumer_position set seq = $3 where ${where}`, [...values, seq]);
  return BigInt(rows[0].seq);
}

function superuser() {
  const url = new URL(inject("servers").postgres);
  url.pathname = new URL(mesh.timeline.db.url).pathname;
  return connect(url.toString());
}
