import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { AccountMentionedSchema, PostEditedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { announced, eventsOf } from "../testing/logged.ts";
import { settle } from "../testing/people.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { read, write } from "../testing/writing.ts";

let mesh: ContentMesh;
let ann: string;
let bob: string;
let cid: string;
beforeAll(async () => {
  mesh = await startContent();
  ({ ann, bob, cid } = await settle(mesh, "ann", "bob", "cid"));
});
afterAll(() => mesh[Symbol.asyncDispose]());

const posts = () => mesh.client(PostService);
const edit = (postId: string, text: string, more = {}, who = ann) =>
  posts().editPost({ postId, change: { text }, ...more }, as(who));

test("an edit changes what it names, keeps what was said before, and tells only those who are newly named", async () => {
  const { id } = await write(mesh, ann, "hello @bob #old");
  const { post } = await edit(id, "hello @bob @cid #new");
  expect(post?.card).toMatchObject({
    text: "hello @bob @cid #new",
    version: 2n,
    mentionedIds: [bob, cid],
    hashtags: ["new"],
  });
  expect((await read(mesh, id, bob)).card).toEqual(post?.card);
  const told = (await announced(mesh, AccountMentionedSchema, id)).map(({ accountId }) => accountId);
  expect(told).toEqual([bob, cid]);
  expect(await announced(mesh, PostEditedSchema, id)).toMatchObject([{ formerVersion: 1n, card: { version: 2n } }]);
  const { revisions } = await posts().listPostRevisions({ postId: id }, as(bob));
  expect(revisions.map(({ card }) => card?.text)).toEqual(["hello @bob @cid #new", "hello @bob #old"]);
  expect(revisions[0]?.since).toEqual(post?.card?.editedAt);
  expect(revisions[1]?.since).toEqual(post?.card?.createdAt);
  const tags = await mesh.content.db.query(sql`select tag from hashtag_use where post_id = ${id}`);
  expect(tags).toEqual([{ tag: "new" }]);
});

test("an edit that changes nothing is no edit", async () => {
  const { id } = await write(mesh, ann, "same");
  expect((await edit(id, " same ")).post?.card).toMatchObject({ version: 1n });
  expect(await eventsOf(mesh, id)).toEqual(["PostPublished"]);
});

test("of two edits made on the same version one is told to read again", async () => {
  const { id } = await write(mesh, ann, "one");
  const results = await Promise.allSettled(["two", "three"].map((text) => edit(id, text, { version: 1n })));
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const late = await refusal(edit(id, "four", { version: 1n }));
  expect(late).toMatchObject({ code: Code.Aborted, reason: "VERSION_MISMATCH", facts: { version: "2" } });
  await edit(id, "five");
  expect((await read(mesh, id)).card).toMatchObject({ text: "five", version: 3n });
});

test("edits without a version all happen, one after the other, and each is remembered", async () => {
  const { id } = await write(mesh, ann, "0");
  await Promise.all(Array.from({ length: 10 }, (_, at) => edit(id, `${at + 1}`)));
  const seen: string[] = [];
  for (let pageToken = "", more = true; more; more = pageToken !== "") {
    const page = await posts().listPostRevisions({ postId: id, pageSize: 3, pageToken }, as(bob));
    seen.push(...page.revisions.map(({ card }) => `${card?.version} ${card?.text}`));
    pageToken = page.nextPageToken;
    if (seen.length === 3) await edit(id, "in between");
  }
  expect(seen.map((line) => line.split(" ")[0])).toEqual(["11", "10", "9", "8", "7", "6", "5", "4", "3", "2", "1"]);
  expect(new Set(seen.map((line) => line.split(" ")[1])).size).toBe(11);
});

test("a repeated edit is one edit", async () => {
  const { id } = await write(mesh, ann, "a");
  const call = () => edit(id, "b", { idempotencyKey: "e", version: 1n });
  const [first, second] = await Promise.all([call(), call()]);
  expect(second.post).toEqual(first.post);
  expect((await call()).post).toEqual(first.post);
  expect((await read(mesh, id)).card?.version).toBe(2n);
});

test("whoever is named no longer may read no longer, and the other way round", async () => {
  const { id } = await write(mesh, ann, { text: "for @bob", audience: Audience.MENTIONED });
  await edit(id, "for @cid");
  await expect(read(mesh, id, bob)).rejects.toMatchObject({ code: Code.NotFound });
  expect((await read(mesh, id, cid)).card?.text).toBe("for @cid");
  await expect(posts().listPostRevisions({ postId: id }, as(bob))).rejects.toMatchObject({ code: Code.NotFound });
});

test("others', deleted and unknown posts are not found, and no post is made empty or too long", async () => {
  const { id } = await write(mesh, ann, "mine");
  expect((await refusal(edit(id, "yours", {}, bob))).reason).toBe("POST_NOT_FOUND");
  expect((await refusal(edit(mesh.content.ids.next(), "x"))).reason).toBe("POST_NOT_FOUND");
  expect((await refusal(edit(id, "", { updateMask: { paths: ["text"] } }))).reason).toBe("EMPTY_POST");
  expect((await refusal(edit(id, "x".repeat(501)))).reason).toBe("TEXT_TOO_LONG");
  expect((await refusal(edit(id, "x", { updateMask: { paths: ["audience"] } }))).reason).toBe("UNKNOWN_FIELD");
  await posts().deletePost({ postId: id }, as(ann));
  expect((await refusal(edit(id, "late"))).reason).toBe("POST_NOT_FOUND");
});
