import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import {
  InteractionResolvedSchema,
  PostBookmarkedSchema,
  PostDeletedSchema,
  PostEditedSchema,
  PostLikedSchema,
  PostPublishedSchema,
  PostSharedSchema,
  PostUnbookmarkedSchema,
  PostUndeletedSchema,
  PostUnlikedSchema,
  PostUnsharedSchema,
  QuoteDetachedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { readCards } from "../hot/cards.ts";
import { keepCopies } from "../hot/copies.ts";
import { readCounts } from "../hot/counts.ts";
import { applyPosts } from "../store/apply-posts.ts";
import { countsWrite } from "../store/counts.ts";
import { people, post } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";
import { changesIn, type PostEvent } from "./content-changes.ts";

const NONE = { likes: 0n, shares: 0n, replies: 0n, quotes: 0n };

async function expectCounts(mesh: TimelineMesh, id: string, counts: Partial<typeof NONE>): Promise<void> {
  await mesh.settle();
  const found = await readCounts(mesh.timeline, [id]);
  expect(found.get(id)).toMatchObject({ ...NONE, ...counts });
  const [row] = await mesh.timeline.db.query<{ likes: string; shares: string; replies: string; quotes: string }>(
    sql`select likes, shares, replies, quotes from post_count where post_id = ${id}`,
  );
  const stored = Object.entries(row ?? {}).map(([name, n]) => [name, BigInt(n)]);
  expect({ ...NONE, ...Object.fromEntries(stored) }).toEqual({ ...NONE, ...counts }); // hot and stored say the same
}

/** Redis has heard of counters from an attempt whose transaction failed. */
async function tell(mesh: TimelineMesh, id: string, counts: { likes?: string; replies?: string }): Promise<void> {
  const [now] = await mesh.timeline.db.query<{ version: string }>(sql`select revision() as version`);
  const row = {
    post_id: id,
    likes: "0",
    shares: "0",
    replies: "0",
    quotes: "0",
    version: now?.version ?? "",
    ...counts,
  };
  expect(await keepCopies(mesh.timeline, [countsWrite(row)])).toBe(true);
}

test("a like of which an attempt told that failed does not stay, though it was taken back since and nothing is left to count", async () => {
  await using mesh = await startTimeline();
  const { ann, bob } = await people(mesh, "ann", "bob");
  const postId = await post(mesh, ann, "hello");
  await expectCounts(mesh, postId, {});
  await tell(mesh, postId, { likes: "1" });
  await mesh.announce(PostUnlikedSchema, { likerId: bob, postId, authorId: ann });
  await expectCounts(mesh, postId, {});
});

test("nor does a reply that was deleted before it was kept", async () => {
  await using mesh = await startTimeline();
  const { ann, bob } = await people(mesh, "ann", "bob");
  const postId = await post(mesh, ann, "hello");
  await expectCounts(mesh, postId, {});
  await tell(mesh, postId, { replies: "1" });
  const reply = { rootId: postId, parentId: postId, parentAuthorId: ann };
  const card = {
    id: mesh.timeline.ids.next(),
    authorId: bob,
    text: "no",
    reply,
    audience: Audience.PUBLIC,
    version: 1n,
  };
  const common = { authorId: bob, postId: card.id };
  await mesh.timeline.db.transact(async (tx) => {
    const at = { partition: 1, at: new Date() };
    const published = { event: create(PostPublishedSchema, { ...common, card }), ...at };
    const deleted = { event: create(PostDeletedSchema, { ...common, version: 2n }), ...at };
    const changes = changesIn([published, deleted] as unknown as PostEvent[]);
    expect(changes.passed).toEqual([postId]);
    expect(await keepCopies(mesh.timeline, await applyPosts(tx, changes, { again: false }))).toBe(true);
  });
  await expectCounts(mesh, postId, {});
});

test("likes, shares and bookmarks count once, however often they are announced", async () => {
  await using mesh = await startTimeline();
  const { ann, bob, cid } = await people(mesh, "ann", "bob", "cid");
  const postId = await post(mesh, ann, "hello");
  await expectCounts(mesh, postId, {});
  const by = (likerId: string) => ({ likerId, postId, authorId: ann });
  await mesh.announce(PostLikedSchema, by(bob), by(bob), by(cid));
  await mesh.announce(PostBookmarkedSchema, { accountId: bob, postId, authorId: ann });
  await expectCounts(mesh, postId, { likes: 2n });
  await mesh.announce(PostUnlikedSchema, by(bob), by(bob));
  await mesh.announce(PostUnlikedSchema, by(ann)); // never liked it
  await expectCounts(mesh, postId, { likes: 1n });
  const share = (sharerId: string) => ({ sharerId, postId, authorId: ann, shareId: mesh.timeline.ids.next() });
  const once = share(bob);
  await mesh.announce(PostSharedSchema, once);
  await mesh.announce(PostUnsharedSchema, once);
  await mesh.announce(PostSharedSchema, share(bob), share(cid));
  await expectCounts(mesh, postId, { likes: 1n, shares: 2n });

  const kinds = () =>
    mesh.timeline.db.query(
      sql`select kind from reaction where account_id = ${bob} and post_id = ${postId} order by kind`,
    );
  expect(await kinds()).toEqual([{ kind: 2 }, { kind: 3 }]);
  await mesh.announce(PostUnbookmarkedSchema, { accountId: bob, postId });
  await mesh.settle();
  expect(await kinds()).toEqual([{ kind: 2 }]);
});

test("replies and quotes count while they are out, for others to see, and agreed to", async () => {
  await using mesh = await startTimeline();
  const { ann, bob } = await people(mesh, "ann", "bob");
  const target = await post(mesh, ann, "hello");
  const reply = { rootId: target, parentId: target, parentAuthorId: ann };
  const quoted = { postId: target, authorId: ann };
  const answer = await post(mesh, bob, "yes", { reply });
  await post(mesh, bob, "psst", { reply, audience: Audience.MENTIONED });
  await post(mesh, bob, "among us", { reply, audience: Audience.FOLLOWERS });
  const quote = await post(mesh, bob, "look", { quoted });
  const asking = await post(mesh, bob, "may I", { quoted: { ...quoted, needsApproval: true } });
  await expectCounts(mesh, target, { replies: 2n, quotes: 1n });
  expect((await readCards(mesh.timeline, [asking])).get(asking)).toMatchObject({ quoteWithheld: "PENDING" });

  const about = (postId: string) => ({ quotedAuthorId: ann, postId, authorId: bob, quotedPostId: target });
  await mesh.announce(InteractionResolvedSchema, { ...about(asking), approved: true });
  await expectCounts(mesh, target, { replies: 2n, quotes: 2n });
  expect((await readCards(mesh.timeline, [asking])).get(asking)?.quoteWithheld).toBeUndefined();
  await mesh.announce(QuoteDetachedSchema, about(quote));
  await expectCounts(mesh, target, { replies: 2n, quotes: 1n });
  expect((await readCards(mesh.timeline, [quote])).get(quote)).toMatchObject({ quoteWithheld: "WITHHELD" });

  const card = { id: answer, authorId: bob, audience: Audience.PUBLIC, reply };
  await mesh.announce(PostEditedSchema, { authorId: bob, postId: answer, card: { ...card, version: 2n } });
  await expectCounts(mesh, target, { replies: 2n, quotes: 1n });
  await mesh.announce(PostDeletedSchema, { authorId: bob, postId: answer, version: 3n });
  await mesh.announce(PostDeletedSchema, { authorId: bob, postId: quote, version: 3n }); // was not counted any more
  await mesh.announce(PostDeletedSchema, { authorId: bob, postId: asking, version: 3n });
  await expectCounts(mesh, target, { replies: 1n });
  await mesh.announce(PostUndeletedSchema, { authorId: bob, postId: answer, card: { ...card, version: 4n } });
  await expectCounts(mesh, target, { replies: 2n });
});

test("consent that comes before its quote is remembered", async () => {
  await using mesh = await startTimeline();
  const { ann, bob } = await people(mesh, "ann", "bob");
  const target = await post(mesh, ann, "hello");
  const postId = mesh.timeline.ids.next();
  const about = { quotedAuthorId: ann, postId, authorId: bob, quotedPostId: target };
  await mesh.announce(InteractionResolvedSchema, { ...about, approved: true });
  await expectCounts(mesh, target, {});
  await mesh.announce(PostEditedSchema, {
    ...{ authorId: bob, postId },
    card: {
      id: postId,
      authorId: bob,
      audience: 1,
      version: 1n,
      quoted: { postId: target, authorId: ann, needsApproval: true },
    },
  });
  await expectCounts(mesh, target, { quotes: 1n });
  expect((await readCards(mesh.timeline, [postId])).get(postId)?.quoteWithheld).toBeUndefined();
});
