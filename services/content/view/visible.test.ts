import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  Audience,
  Relation_MuteScope as Mute,
  VisibilityReason as Reason,
  Relation_Standing as Standing,
  Verdict,
} from "#gen/skein/common/v1/visibility_pb.ts";
import { FilterAction } from "#gen/skein/content/v1/content_filter_pb.ts";
import { ContentFilterService } from "#gen/skein/content/v1/content_filter_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { QuoteState } from "#gen/skein/content/v1/post_view_pb.ts";
import { ThreadService } from "#gen/skein/content/v1/thread_service_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { idsOf } from "../testing/paging.ts";
import { settle } from "../testing/people.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { read, write } from "../testing/writing.ts";

let mesh: ContentMesh;
let ann: string;
let bob: string;
beforeAll(async () => {
  mesh = await startContent();
  ({ ann, bob } = await settle(mesh, "ann", "bob"));
});
afterAll(() => mesh[Symbol.asyncDispose]());

const call = (who: string | undefined) => (who === undefined ? {} : as(who));

/** Where a post shows up for a viewer, in every way that posts are shown here. */
async function sightings(id: string, authorId: string, who: string | undefined): Promise<string[]> {
  const posts = mesh.client(PostService);
  const threads = mesh.client(ThreadService);
  const { id: below } = await write(mesh, authorId, { text: "below", replyToId: id, audience: Audience.PRIVATE }).catch(
    () => ({ id: "" }),
  );
  const { id: quote } = await write(mesh, authorId, { text: "quote", quoteId: id });
  const options = call(who);
  const found: string[] = [];
  const look = async (where: string, there: Promise<boolean>) => {
    if (await there.catch(() => false)) found.push(where);
  };
  await look(
    "get",
    posts.getPost({ postId: id }, options).then(() => true),
  );
  await look(
    "batch",
    posts.batchGetPosts({ postIds: [id] }, options).then((page) => page.posts.length > 0),
  );
  await look(
    "author",
    posts
      .listPostsByAuthor({ accountId: authorId, withReplies: true }, options)
      .then((page) => idsOf(page.posts).includes(id)),
  );
  await look(
    "thread",
    threads.getThread({ postId: id }, options).then(() => true),
  );
  await look(
    "replies",
    threads.listReplies({ postId: id }, options).then(() => true),
  );
  await look(
    "revisions",
    posts.listPostRevisions({ postId: id }, options).then(() => true),
  );
  await look(
    "quote",
    posts.getPost({ postId: quote }, options).then(({ post }) => post?.quote?.card !== undefined),
  );
  await look(
    "above",
    threads
      .getThread({ postId: below }, options)
      .then(({ ancestors }) => ancestors.some(({ item }) => item.case === "post")),
  );
  return found;
}

test.each<[string, Audience, (viewer: string, author: string) => void, boolean]>([
  ["public", Audience.PUBLIC, () => undefined, true],
  ["followers only", Audience.FOLLOWERS, () => undefined, false],
  ["followers only, to a follower", Audience.FOLLOWERS, (viewer, author) => mesh.graph.follow(viewer, author), true],
  ["for those it mentions", Audience.MENTIONED, () => undefined, false],
  ["private", Audience.PRIVATE, (viewer, author) => mesh.graph.follow(viewer, author), false],
  ["by somebody who blocks the viewer", Audience.PUBLIC, (viewer, author) => mesh.graph.block(author, viewer), false],
  ["by somebody whom the viewer blocks", Audience.PUBLIC, (viewer, author) => mesh.graph.block(viewer, author), false],
  ["by a locked account", Audience.PUBLIC, (_, author) => mesh.graph.all(author, { locked: true }), false],
  [
    "by a suspended account",
    Audience.PUBLIC,
    (_, author) => mesh.graph.all(author, { standing: Standing.SUSPENDED }),
    false,
  ],
  ["by a hidden account", Audience.PUBLIC, (_, author) => mesh.graph.all(author, { standing: Standing.HIDDEN }), false],
  [
    "by an unknown account",
    Audience.PUBLIC,
    (_, author) => mesh.graph.all(author, { standing: Standing.UNSPECIFIED }),
    false,
  ],
])("a post that is %s is seen everywhere or nowhere", async (name, audience, arrange, seen) => {
  const key = `w${name.replaceAll(/\W/g, "")}`.slice(0, 28);
  const { [`${key}a`]: author = "", [`${key}v`]: viewer = "" } = await settle<string>(mesh, `${key}a`, `${key}v`);
  const { id } = await write(mesh, author, { text: "here", audience });
  arrange(viewer, author);
  const expected = seen ? ["get", "batch", "author", "thread", "replies", "revisions", "quote"] : [];
  expect(await sightings(id, author, viewer)).toEqual(expected);
  expect(await sightings(id, author, author)).toEqual([
    "get",
    "batch",
    "author",
    "thread",
    "replies",
    "revisions",
    "quote",
    "above",
  ]);
});

test("a hidden post is refused like one that never was", async () => {
  const { id } = await write(mesh, ann, { text: "hidden", audience: Audience.PRIVATE });
  const [hidden, unknown] = await Promise.all([
    refusal(mesh.client(PostService).getPost({ postId: id }, as(bob))),
    refusal(mesh.client(PostService).getPost({ postId: mesh.content.ids.next() }, as(bob))),
  ]);
  const facts = ({ code, domain, reason, facts }: typeof hidden) => ({ code, domain, reason, facts });
  expect(facts(hidden)).toEqual(facts(unknown));
  expect(hidden).toMatchObject({ code: Code.NotFound, reason: "POST_NOT_FOUND" });
});

test("what is not there is asked about like what is hidden, so that time does not tell them apart", async () => {
  const { id: hidden } = await write(mesh, ann, { text: "hidden", audience: Audience.PRIVATE });
  const { id: deleted } = await write(mesh, ann, "deleted");
  await mesh.client(PostService).deletePost({ postId: deleted }, as(ann));
  for (const postId of [hidden, deleted, mesh.content.ids.next()]) {
    mesh.graph.asked.length = 0;
    await refusal(mesh.client(PostService).getPost({ postId }, as(bob)));
    await refusal(mesh.client(ThreadService).getThread({ postId }, as(bob)));
    await refusal(mesh.client(PostService).listPostRevisions({ postId }, as(bob)));
    await refusal(write(mesh, bob, { text: "reply", replyToId: postId }));
    expect(mesh.graph.asked).toEqual([1, 1, 1, 1]);
  }
});

test("anonymous viewers see what is public, and nothing of locked or hidden accounts", async () => {
  const { eve } = await settle(mesh, "eve");
  const { id } = await write(mesh, eve, "open");
  expect((await read(mesh, id)).viewer).toBeUndefined();
  mesh.graph.all(eve, { locked: true });
  await expect(read(mesh, id)).rejects.toMatchObject({ code: Code.NotFound });
  const { posts } = await mesh.client(PostService).listPostsByAuthor({ accountId: eve });
  expect(posts).toEqual([]);
  mesh.graph.all(eve, { locked: false, standing: Standing.HIDDEN });
  expect((await refusal(mesh.client(PostService).listPostsByAuthor({ accountId: eve }))).reason).toBe(
    "ACCOUNT_NOT_FOUND",
  );
});

test("a muted author is folded in threads; a filter folds or hides, one's own posts never", async () => {
  const { fay, gus } = await settle(mesh, "fay", "gus");
  const { id } = await write(mesh, fay, "about spoilers");
  mesh.graph.relate(gus, fay, { muted: [Mute.HOME] });
  expect((await read(mesh, id, gus)).visibility).toMatchObject({ verdict: Verdict.WARN, reason: Reason.MUTED });
  mesh.graph.relate(gus, fay, { muted: [] });
  const filters = mesh.client(ContentFilterService);
  const rule = { phrases: [{ text: "spoilers" }], action: FilterAction.WARN, title: "no" };
  const { filter } = await filters.createContentFilter({ rule }, as(gus));
  const folded = await read(mesh, id, gus);
  expect(folded.visibility).toMatchObject({ verdict: Verdict.WARN, reason: Reason.FILTERED });
  expect(folded.filterMatches).toMatchObject([{ filterId: filter?.id, title: "no", phrase: "spoilers" }]);
  await filters.updateContentFilter(
    { filterId: filter?.id ?? "", rule: { ...rule, action: FilterAction.HIDE } },
    as(gus),
  );
  await expect(read(mesh, id, gus)).rejects.toMatchObject({ code: Code.NotFound });
  const { id: own } = await write(mesh, gus, "my spoilers");
  expect((await read(mesh, own, gus)).visibility?.verdict).toBe(Verdict.ALLOW);
});

test("a batch is answered in the order asked, with one question to social-graph for all its authors", async () => {
  const handles = Array.from({ length: 12 }, (_, at) => `batch${at}`);
  const people = Object.values(await settle(mesh, ...handles));
  const ids: string[] = [];
  for (const who of people) ids.push((await write(mesh, who, "one")).id);
  ids.push((await write(mesh, people[0] ?? "", { text: "two", quoteId: ids[5] ?? "" })).id);
  mesh.graph.block(people[3] ?? "", bob);
  mesh.graph.asked.length = 0;
  const postIds = [...ids.toReversed(), mesh.content.ids.next(), ids[0] ?? ""];
  const { posts } = await mesh.client(PostService).batchGetPosts({ postIds }, as(bob));
  expect(mesh.graph.asked).toEqual([13]); // nobody stands for the post that is not there
  expect(idsOf(posts)).toEqual([...ids.toReversed(), ids[0]].filter((id) => id !== ids[3]));
  expect(posts[0]?.quote?.state).toBe(QuoteState.SHOWN);
});
