import { expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import {
  InteractionPolicyChangedSchema,
  PostDeletedSchema,
  PostEditedSchema,
  PostSharedSchema,
  PostUndeletedSchema,
  PostUnsharedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import { Circle } from "#gen/skein/content/v1/post_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { readCards, readEntries } from "../hot/cards.ts";
import { readPage } from "../hot/counts.ts";
import { entriesBefore, entriesOf, taggedBefore } from "../store/posts.ts";
import { people, post } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";

const cardOf = async (mesh: TimelineMesh, id: string) => (await readCards(mesh.timeline, [id])).get(id);
const mine = { replies: true, shares: true, limit: 10 };

test("a post is kept as it was last announced, and found by its author and its tags", async () => {
  await using mesh = await startTimeline();
  const { ann } = await people(mesh, "ann");
  const id = await post(mesh, ann, "hello", { hashtags: ["one", "two"] });
  await mesh.settle();
  expect(await cardOf(mesh, id)).toMatchObject({
    authorId: ann,
    version: 1n,
    deleted: false,
    mayReply: Circle.EVERYONE,
  });
  expect(await taggedBefore(mesh.timeline, ["one", "two"], undefined, 5)).toEqual([{ id, tag: "one" }]);

  const card = { id, authorId: ann, text: "bye", audience: Audience.PUBLIC, hashtags: ["two"] };
  const policy = { reply: Circle.NOBODY };
  await mesh.announce(PostEditedSchema, { authorId: ann, postId: id, card: { ...card, version: 2n } });
  await mesh.announce(InteractionPolicyChangedSchema, {
    authorId: ann,
    postId: id,
    card: { ...card, policy, version: 3n },
  });
  await mesh.announce(PostEditedSchema, { authorId: ann, postId: id, card: { ...card, text: "late", version: 2n } });
  await mesh.settle();
  expect(await cardOf(mesh, id)).toMatchObject({ version: 3n, mayReply: Circle.NOBODY });
  expect(await taggedBefore(mesh.timeline, ["one"], undefined, 5)).toEqual([]);

  await mesh.announce(PostDeletedSchema, { authorId: ann, postId: id, version: 4n });
  await mesh.settle();
  expect(await cardOf(mesh, id)).toMatchObject({ authorId: ann, version: 4n, deleted: true });
  expect(await entriesOf(mesh.timeline, ann, mine)).toEqual([]);
  expect(await taggedBefore(mesh.timeline, ["two"], undefined, 5)).toEqual([]);
  const kept = await mesh.timeline.db.query(sql`select card from post where post_id = ${id}`);
  expect(kept).toEqual([{ card: null }]); // nothing of what it said

  await mesh.announce(PostUndeletedSchema, { authorId: ann, postId: id, card: { ...card, version: 5n } });
  await mesh.settle();
  expect(await cardOf(mesh, id)).toMatchObject({ version: 5n, deleted: false });
  expect(await entriesOf(mesh.timeline, ann, mine)).toEqual([id]);
  expect(await taggedBefore(mesh.timeline, ["two"], undefined, 5)).toEqual([{ id, tag: "two" }]);
});

test("a share is a place of its own, until it is taken back", async () => {
  await using mesh = await startTimeline();
  const { ann, bob } = await people(mesh, "ann", "bob");
  const quoted = await post(mesh, ann, "first");
  const id = await post(mesh, ann, "second", { quoted: { postId: quoted, authorId: ann } });
  const shareId = mesh.timeline.ids.next();
  const share = { sharerId: bob, postId: id, authorId: ann, shareId };
  await mesh.announce(PostSharedSchema, share);
  await mesh.settle();
  for (const _ of ["from the database", "from memory"]) {
    const page = await readPage(mesh.timeline, [shareId]);
    expect(page.entries.get(shareId)).toMatchObject({ share: true, postId: id, actorId: bob });
    expect(page.entries.get(id)).toMatchObject({ share: false, actorId: ann });
    expect([...page.cards.keys()].sort()).toEqual([quoted, id]);
    expect(page.counts.get(id)).toMatchObject({ shares: 1n });
    expect(page.counts.get(quoted)).toMatchObject({ quotes: 1n });
  }
  const both = [ann, bob];
  expect(await entriesBefore(mesh.timeline, both, undefined, 10)).toEqual([shareId, id, quoted]);
  expect(await entriesBefore(mesh.timeline, both, undefined, 10, { shares: false })).toEqual([id, quoted]);

  await mesh.announce(PostUnsharedSchema, share);
  await mesh.settle();
  expect(await readEntries(mesh.timeline, [shareId])).toEqual(new Map());
  expect(await entriesBefore(mesh.timeline, both, id, 10)).toEqual([quoted]);
});
