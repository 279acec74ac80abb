import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { PollService } from "#gen/skein/content/v1/poll_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { as } from "#mesh/testing.ts";
import { settle } from "../testing/people.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { read, write } from "../testing/writing.ts";
import { hydrate } from "./hydrate.ts";

let mesh: ContentMesh;
let ann: string;
let bob: string;
beforeAll(async () => {
  mesh = await startContent();
  ({ ann, bob } = await settle(mesh, "ann", "bob"));
});
afterAll(() => mesh[Symbol.asyncDispose]());

test("each viewer sees what they did themselves, and everybody the same counters, folded or not", async () => {
  const { id: postId } = await write(mesh, ann, "look");
  const engagement = mesh.client(EngagementService);
  await engagement.likePost({ postId }, as(bob));
  await engagement.sharePost({ postId }, as(bob));
  await mesh.client(CollectionService).bookmarkPost({ postId }, as(bob));
  await mesh.client(CollectionService).pinPost({ postId }, as(ann));
  const state = async (who?: string) => (await read(mesh, postId, who)).viewer;
  for (const folded of [false, true]) {
    if (folded) await mesh.runJob("content", "fold-counts");
    expect(await state(bob)).toMatchObject({ liked: true, shared: true, bookmarked: true, pinned: false });
    expect(await state(ann)).toMatchObject({ liked: false, shared: false, bookmarked: false, pinned: true });
    expect(await state()).toBeUndefined();
    for (const who of [ann, bob, undefined])
      expect((await read(mesh, postId, who)).counts).toMatchObject({ likes: 1n, shares: 1n, replies: 0n, quotes: 0n });
  }
});

test("a poll shows its votes, folded or not, and to each voter the own one alone", async () => {
  const poll = { options: ["a", "b", "c"], openFor: durationFromMs(600_000) };
  const { id: postId } = await write(mesh, ann, { text: "which?", poll });
  await mesh.client(PollService).votePoll({ postId, options: [2] }, as(bob));
  for (const folded of [false, true]) {
    if (folded) await mesh.runJob("content", "fold-counts");
    expect((await read(mesh, postId, bob)).poll).toMatchObject({ votes: [0n, 0n, 1n], voters: 1n, chosen: [2] });
    expect((await read(mesh, postId, ann)).poll).toMatchObject({ votes: [0n, 0n, 1n], voters: 1n, chosen: [] });
  }
  mesh.clock.advance(600_000);
  expect((await read(mesh, postId, ann)).poll?.closed).toBe(true);
});

test("unknown ids are absent, tombstones are not, and a damaged counter breaks no page", async () => {
  const { id } = await write(mesh, ann, "here");
  const { db, ids } = mesh.content;
  await db.query(sql`insert into post_count (post_id, author_id, shard, likes) values (${id}, ${ann}, 0, -5)`);
  const records = await hydrate(db, bob, [id, ids.next()]);
  expect([...records.keys()]).toEqual([id]);
  expect((await read(mesh, id)).counts?.likes).toBe(0n);
  expect(await hydrate(db, bob, [])).toEqual(new Map());
});
