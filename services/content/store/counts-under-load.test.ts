import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  EngagementService,
  LikePostRequestSchema,
  UnlikePostRequestSchema,
} from "#gen/skein/content/v1/engagement_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { as } from "#mesh/testing.ts";
import { likePost } from "../rpc/like-post.ts";
import { unlikePost } from "../rpc/unlike-post.ts";
import { callWithin } from "../testing/call-within.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { foldDeltas, readEngagement } from "./counts.ts";

const { method } = EngagementService;
const CALLS = 10_000;
const AT_ONCE = 64;

test("10,000 likes and unlikes of one post leave its counter equal to its rows, and every read on the way is exact", {
  timeout: 120_000,
}, async () => {
  await using mesh = await startContent();
  const { ann } = await settle(mesh, "ann");
  const postId = await postAs(mesh, ann);
  const likers = Array.from({ length: 500 }, () => mesh.content.ids.next());
  const client = mesh.client(EngagementService);
  const toss = dice(20_261_121);
  let left = CALLS;
  const [like, unlike] = [likePost(mesh.content), unlikePost(mesh.content)];
  const asked = {
    like: create(LikePostRequestSchema, { postId }),
    unlike: create(UnlikePostRequestSchema, { postId }),
  };
  const likeAndUnlike = async () => {
    while (left-- > 0) {
      const who = likers[toss(likers.length)] ?? "";
      if (toss(2) === 0) await callWithin(mesh, method.unlikePost, who, (ctx) => unlike(asked.unlike, ctx));
      else {
        const { counts } = await callWithin(mesh, method.likePost, who, (ctx) => like(asked.like, ctx));
        expect(counts?.likes).toBeGreaterThan(0n);
      }
    }
  };
  const meanwhile = async (act: () => Promise<void>): Promise<number> => {
    let rounds = 0;
    for (; left > 0; rounds++) await act();
    return rounds;
  };
  const [folded, looked, recounted] = await Promise.all([
    meanwhile(async () => void (await foldDeltas(mesh.content.db.query, 100))),
    meanwhile(async () => {
      const { read, rows } = await sameMoment(mesh, postId);
      expect(read).toBe(rows);
    }),
    meanwhile(async () => {
      const admin = as(mesh.content.ids.next(), { roles: [Role.ADMIN] });
      expect((await client.reconcileCounters({ postIds: [postId] }, admin)).drifts).toEqual([]);
    }),
    ...Array.from({ length: AT_ONCE }, likeAndUnlike),
  ]);
  for (const rounds of [folded, looked, recounted]) expect(rounds).toBeGreaterThan(10);

  while ((await foldDeltas(mesh.content.db.query, 5_000)) > 0);
  const { read, rows } = await sameMoment(mesh, postId);
  expect(read).toBe(rows);
  expect(rows).toBeGreaterThan(100);
  const [kept] = await mesh.content.db.query<{ likes: number; announced: number }>(sql`
    select (select likes::int from post_count where post_id = ${postId}) as likes,
      (select (count(*) filter (where type like '%PostLiked') - count(*) filter (where type like '%PostUnliked'))::int from log
        where subject_id = ${postId}) as announced`);
  expect(kept).toEqual({ likes: rows, announced: rows });
});

/** What is read and what is there, of one snapshot. */
const sameMoment = (mesh: ContentMesh, postId: string): Promise<{ read: number; rows: number }> =>
  mesh.content.db.commit(undefined, async (tx) => {
    await tx.query(sql`set transaction isolation level repeatable read`);
    const [engagement] = await readEngagement(tx.query, [postId]);
    const [row] = await tx.query<{ rows: number }>(
      sql`select count(*)::int as rows from post_like where post_id = ${postId}`,
    );
    return { read: Number(engagement?.likes), rows: row?.rows ?? -1 };
  });

/** The same throws in every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}
