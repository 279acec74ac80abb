import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { eventsOf } from "../testing/logged.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";

let mesh: ContentMesh;
let bob: string;
beforeAll(async () => {
  mesh = await startContent({ CONTENT_MAX_PINS: "3" });
  ({ bob } = await settle(mesh, "bob"));
});
afterAll(() => mesh[Symbol.asyncDispose]());

const pin = (postId: string, who: string) => mesh.client(CollectionService).pinPost({ postId }, as(who));
const unpin = (postId: string, who: string) => mesh.client(CollectionService).unpinPost({ postId }, as(who));
let newcomers = 0;
const author = async (posts: number) => {
  const handle = `author_${newcomers++}`;
  const id = (await settle(mesh, handle))[handle] ?? "";
  const written: string[] = [];
  for (let at = 0; at < posts; at++) written.push(await postAs(mesh, id));
  return { id, posts: written };
};
const pinned = async (id: string) => {
  const rows = await mesh.content.db.query<{ post_id: string }>(sql`select post_id from pin where author_id = ${id}`);
  return rows.map(({ post_id }) => post_id).sort();
};
const full = { code: Code.ResourceExhausted, reason: "TOO_MANY_PINS", facts: { limit: "3" } };

test("a pin is announced once, and so is its end", async () => {
  const { id, posts } = await author(1);
  const [post = ""] = posts;
  await pin(post, id);
  await pin(post.toUpperCase(), id);
  await unpin(post.toUpperCase(), id);
  await unpin(post, id);
  expect(await eventsOf(mesh, post)).toEqual(["PostPublished", "PostPinned", "PostUnpinned"]);
});

test("only own posts that are there are pinned", async () => {
  const { id, posts } = await author(1);
  const [post = ""] = posts;
  const missing = { code: Code.NotFound, reason: "POST_NOT_FOUND" };
  expect(await refusal(pin(post, bob))).toMatchObject(missing);
  expect(await refusal(pin(mesh.content.ids.next(), id))).toMatchObject(missing);
  await mesh.content.db.query(sql`update post set state = 'TOMBSTONE' where id = ${post}`);
  expect(await refusal(pin(post, id))).toMatchObject(missing);
});

test("there are no more pins than allowed, also when all come at once", async () => {
  const { id, posts } = await author(8);
  await Promise.allSettled(posts.map((post) => pin(post, id)));
  const held = await pinned(id);
  expect(held).toHaveLength(3);
  const [out = ""] = posts.filter((post) => !held.includes(post));
  expect(await refusal(pin(out, id))).toMatchObject(full);
  await pin(held[0] ?? "", id); // what is pinned stays so, without a place of its own
  await unpin(held[0] ?? "", id);
  await pin(out, id);
  expect(await pinned(id)).toContain(out);
});
