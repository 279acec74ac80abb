import { expect, test } from "vitest";
import { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import {
  ResolveInteractionRequestRequest_Decision as Decision,
  InteractionService,
} from "#gen/skein/content/v1/interaction_service_pb.ts";
import { PollService } from "#gen/skein/content/v1/poll_service_pb.ts";
import { as } from "#mesh/testing.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { foldDeltas } from "./counts.ts";
import { erasePosts, finishErasure, postsLeft } from "./erasure.ts";
import { forgetSomeActs } from "./forget-engagement.ts";
import { findDrift } from "./reconcile.ts";

const TABLES = [
  ...["post_like", "post_share", "bookmark", "pin", "poll", "vote", "quote_consent"],
  ...["post_count", "poll_option", "count_delta"],
];

test.each(["folded", "unfolded"])(
  "an account that is erased leaves nothing of what it did, and no counter of others wrong, %s",
  async (when) => {
    await using mesh = await startContent();
    const { ann, eve } = await settle(mesh, "ann", "eve");
    const { db } = mesh.content;
    const question = { poll: { options: ["red", "green"], openFor: { seconds: 600n } } };
    const [annsPost, evesPost] = [await postAs(mesh, ann, question), await postAs(mesh, eve, question)];
    const asking = await postAs(mesh, ann, { policy: { quoteNeedsApproval: true } });
    const evesQuote = await postAs(mesh, eve, { quoteId: asking });
    await mesh
      .client(InteractionService)
      .resolveInteractionRequest({ postId: evesQuote, decision: Decision.APPROVE }, as(ann));
    const annsQuote = await postAs(mesh, ann, { quoteId: evesPost });
    await mesh.client(InteractionService).detachQuote({ postId: annsQuote }, as(eve));
    await postAs(mesh, eve, { replyToId: annsPost });
    await postAs(mesh, eve, { quoteId: annsPost });
    for (const who of [ann, eve]) await engageWithAll(mesh, who, [annsPost, evesPost]);
    for (const [who, postId] of [
      [ann, annsPost],
      [eve, evesPost],
    ] as const)
      await mesh.client(CollectionService).pinPost({ postId }, as(who));
    if (when === "folded") while ((await foldDeltas(db.query, 100)) > 0);

    await db.commit(undefined, async (tx) => erasePosts(tx, eve, await postsLeft(tx.query, eve, 10)));
    expect(await findDrift(db.query, [annsPost, asking])).toEqual([]);
    expect(await forgetSomeActs(db.query, eve, 1)).toBe(4);
    expect(await findDrift(db.query, [annsPost, asking])).toEqual([]);
    await db.commit(undefined, (tx) => finishErasure(tx, eve));
    while ((await foldDeltas(db.query, 100)) > 0);

    expect(await rowsThatName(mesh, [eve, evesPost, evesQuote])).toEqual([]);
    expect(await findDrift(db.query, [annsPost, asking])).toEqual([]);
    const { counts } = await mesh.client(EngagementService).likePost({ postId: annsPost }, as(ann));
    expect(counts).toMatchObject({ likes: 1n, shares: 1n, replies: 0n, quotes: 0n });
    const { results } = await mesh.client(PollService).getPollResults({ postId: annsPost });
    expect(results).toMatchObject({ votes: [0n, 1n], voters: 1n });
    const { posts } = await mesh.client(CollectionService).listBookmarks({}, as(ann));
    expect(posts.map(({ card }) => card?.id)).toEqual([annsPost]);
  },
);

async function engageWithAll(mesh: ContentMesh, who: string, postIds: readonly string[]): Promise<void> {
  for (const postId of postIds) {
    await mesh.client(EngagementService).likePost({ postId }, as(who));
    await mesh.client(EngagementService).sharePost({ postId }, as(who));
    await mesh.client(CollectionService).bookmarkPost({ postId }, as(who));
    await mesh.client(PollService).votePoll({ postId, options: [1] }, as(who));
  }
}

/** The tables in which a row still holds one of these ids. */
async function rowsThatName(mesh: ContentMesh, ids: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const table of TABLES) {
    const rows = await mesh.content.db.query<{ row: string }>({
      name: "",
      text: `select t::text as row from "${table}" t`,
      values: [],
    });
    if (rows.some(({ row }) => ids.some((id) => row.includes(id)))) found.push(table);
  }
  return found;
}
