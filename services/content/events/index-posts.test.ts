import { afterAll, beforeAll, expect, test } from "vitest";
import { HashtagService } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { SearchService } from "#gen/skein/content/v1/search_service_pb.ts";
import { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import { sql } from "#mesh/store/sql.ts";
import { as } from "#mesh/testing.ts";
import { indexCards } from "../store/search-index.ts";
import { settle } from "../testing/people.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { write } from "../testing/writing.ts";

let mesh: ContentMesh;
beforeAll(async () => {
  mesh = await startContent();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const posts = () => mesh.client(PostService);
const found = async (query: string) => {
  await mesh.settle();
  return (await mesh.client(SearchService).searchPosts({ query })).posts.map(({ card }) => card?.text);
};
const tagged = async (tag: string) =>
  (await mesh.client(HashtagService).listPostsByHashtag({ tag })).posts.map(({ card }) => card?.text);
const docs = (authorId: string) =>
  mesh.content.db.query<{ post_id: string }>(
    sql`select *, words::text as text from search_doc where author_id = ${authorId} order by post_id`,
  );

test("an edited post is found by what it says now, and under the tags it has now", async () => {
  const { ann } = await settle(mesh, "ann");
  const { id } = await write(mesh, ann, "umbrella #rain");
  expect(await found("umbrella")).toEqual(["umbrella #rain"]);
  await posts().editPost({ postId: id, change: { text: "parasol #sun" } }, as(ann));
  expect(await tagged("sun")).toEqual(["parasol #sun"]);
  expect([await found("umbrella"), await found("parasol"), await tagged("rain")]).toEqual([[], ["parasol #sun"], []]);
});

test("a deleted post is found no more, and again when it comes back", async () => {
  const { bob } = await settle(mesh, "bob");
  const { id: postId } = await write(mesh, bob, "lantern #dusk");
  await posts().deletePost({ postId }, as(bob));
  expect([await found("lantern"), await tagged("dusk"), await docs(bob)]).toEqual([[], [], []]);
  await posts().undeletePost({ postId }, as(bob));
  expect([await found("lantern"), await tagged("dusk")]).toEqual([["lantern #dusk"], ["lantern #dusk"]]);
});

test("an older version of a card never replaces a newer one", async () => {
  const { cid } = await settle(mesh, "cid");
  const { id, card } = await write(mesh, cid, "first wording");
  await posts().editPost({ postId: id, change: { text: "second wording" } }, as(cid));
  await mesh.settle();
  await mesh.content.db.commit(undefined, (tx) => indexCards(tx, card ? [card] : []));
  expect(await found("wording -first")).toEqual(["second wording"]);
});

test("read anew from the posts themselves, the index is the same to the last byte", async () => {
  const { dan, eve } = await settle(mesh, "dan", "eve");
  const { id: parentId } = await write(mesh, eve, "parent @dan");
  await write(mesh, dan, { text: "Häuser für @eve #Stadt #Land", language: "de", replyToId: parentId });
  await write(mesh, dan, {
    text: "東京 👍",
    contentWarning: "travel",
    media: [{ mediaId: parentId, altText: "tower" }],
  });
  const { id: gone } = await write(mesh, dan, "gone");
  const { id: edited } = await write(mesh, dan, "draft words");
  await posts().editPost({ postId: edited, change: { text: "final words", language: "en" } }, as(dan));
  await posts().deletePost({ postId: gone }, as(dan));
  await mesh.settle();
  const before = await docs(dan);
  expect(before).toHaveLength(3);
  // Something is lost, something is wrong, and something is there that should not be.
  const [lost, wrong] = before;
  const { db } = mesh.content;
  await db.query(sql`delete from search_doc where post_id = ${lost?.post_id}`);
  await db.query(sql`update search_doc set words = 'wrong', version = 99 where post_id = ${wrong?.post_id}`);
  await db.query(sql`insert into search_doc (post_id, author_id, created_at, version, audience, words)
    values (${gone}, ${dan}, ${mesh.clock.now()}, 1, 1, 'gone')`);
  const admin = as(mesh.content.ids.next(), { roles: [Role.ADMIN] });
  const request = { consumer: "index-posts", partition: partitionOf(dan) };
  for await (const _progress of mesh.client(OpsService, "content").rebuildConsumer(request, admin));
  expect(await docs(dan)).toEqual(before);
  expect(await found("parent")).toEqual(["parent @dan"]);
});
