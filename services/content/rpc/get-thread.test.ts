import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { type ThreadItem, ThreadOrder, ThreadService } from "#gen/skein/content/v1/thread_service_pb.ts";
import { as } from "#mesh/testing.ts";
import { settle } from "../testing/people.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { write } from "../testing/writing.ts";

let mesh: ContentMesh;
let ann: string;
let bob: string;
let cid: string;
beforeAll(async () => {
  mesh = await startContent({ CONTENT_THREAD_POSTS: "10", CONTENT_THREAD_DEPTH: "3" });
  ({ ann, bob, cid } = await settle(mesh, "ann", "bob", "cid"));
});
afterAll(() => mesh[Symbol.asyncDispose]());

const reply = async (who: string, replyToId: string, text: string, more = {}) =>
  (await write(mesh, who, { text, replyToId, ...more })).id;
const remove = (postId: string, who: string) => mesh.client(PostService).deletePost({ postId }, as(who));
const thread = (postId: string, who?: string, more = {}) =>
  mesh
    .client(ThreadService)
    .getThread({ postId, order: ThreadOrder.OLDEST, ...more }, who === undefined ? {} : as(who));

/** Items as lines: depth, then the text, a question mark for what is gone, or how many are left out. */
const lines = (items: readonly ThreadItem[]) =>
  items.map(({ depth, item }) => {
    const what = item.case === "post" ? item.value.card?.text : item.case === "gone" ? "?" : `+${item.value?.count}`;
    return `${depth} ${what}`;
  });
const tokens = (items: readonly ThreadItem[]) =>
  items.flatMap(({ item, parentId }) => (item.case === "more" ? [{ parentId, token: item.value.token }] : []));

test("a thread is what is above, the post, and what is below in reading order", async () => {
  const { id: root } = await write(mesh, ann, "root");
  const a = await reply(bob, root, "a");
  const b = await reply(ann, a, "b");
  const c = await reply(cid, b, "c");
  await reply(bob, b, "d");
  await reply(ann, c, "e");
  await reply(cid, root, "elsewhere");
  const { ancestors, post, replies } = await thread(b, cid);
  expect([lines(ancestors), post?.card?.text, lines(replies)]).toEqual([["0 root", "1 a"], "b", ["1 c", "2 e", "1 d"]]);
  expect(ancestors.map(({ parentId }) => parentId)).toEqual(["", root]);
  expect(replies.map(({ parentId }) => parentId)).toEqual([b, c, b]);
  expect(lines((await thread(root)).replies)).toEqual(["1 a", "2 b", "3 c", "4 +0", "3 d", "1 elsewhere"]);
});

test("what is gone keeps its place between what is seen, whyever it is gone, and leaves no trace elsewhere", async () => {
  const { id: root } = await write(mesh, ann, "root");
  const gone: Record<string, string[]> = {};
  for (const way of ["deleted", "blocked", "private"]) {
    const { [way]: who = "" } = await settle(mesh, way);
    const middle = await reply(
      who,
      root,
      way,
      way === "private" ? { audience: Audience.MENTIONED, text: `${way} @bob` } : {},
    );
    const below = await reply(bob, middle, `below ${way}`, {
      audience: way === "private" ? Audience.MENTIONED : 0,
      text: `below @cid ${way}`,
    });
    const leaf = await reply(who, root, "leaf", way === "private" ? { audience: Audience.PRIVATE } : {});
    gone[way] = [middle, below];
    if (way === "deleted") for (const id of [middle, leaf]) await remove(id, who);
    if (way === "blocked") mesh.graph.block(who, cid);
  }
  const { replies } = await thread(root, cid);
  expect(lines(replies)).toEqual([
    "1 ?",
    "2 below @cid deleted",
    "1 ?",
    "2 below @cid blocked",
    "1 ?",
    "2 below @cid private",
  ]);
  for (const way of ["deleted", "blocked", "private"]) {
    const [middle = "", below = ""] = gone[way] ?? [];
    const { ancestors } = await thread(below, cid);
    expect(lines(ancestors)).toEqual(["0 root", "1 ?"]);
    expect(ancestors[1]?.item).toMatchObject({ case: "gone", value: { postId: middle } });
    expect(Object.keys(ancestors[1]?.item.value ?? {}).sort()).toEqual(["$typeName", "postId"]);
    await expect(thread(middle, cid)).rejects.toMatchObject({ code: Code.NotFound });
  }
});

test("what does not fit is a node with a token, and all tokens together lead to every reply once", async () => {
  const { id: root } = await write(mesh, ann, "root");
  const all: string[] = [];
  for (let at = 0; at < 8; at++) {
    let parent = root;
    for (let level = 0; level < 5; level++) {
      parent = await reply(bob, parent, `${at}.${level}`);
      all.push(parent);
    }
  }
  for (let at = 0; at < 15; at++) all.push(await reply(cid, all[1] ?? "", `many ${at}`));
  for (const order of [ThreadOrder.OLDEST, ThreadOrder.NEWEST, ThreadOrder.RANKED]) {
    const first = await thread(root, ann, { order });
    expect(first.replies.filter(({ item }) => item.case === "post")).toHaveLength(10);
    const seen: string[] = [];
    const open = tokens(first.replies);
    const note = (items: readonly ThreadItem[]) =>
      seen.push(...items.flatMap(({ item }) => (item.case === "post" ? [item.value.card?.id ?? ""] : [])));
    note(first.replies);
    for (let next = open.shift(); next; next = open.shift()) {
      const { ancestors, post, replies } = await thread(root, ann, { order, moreToken: next.token });
      expect([ancestors, post?.card?.id]).toEqual([[], next.parentId]);
      expect(replies.length).toBeGreaterThan(0);
      note(replies);
      open.push(...tokens(replies));
      if (seen.length < 20) await reply(ann, root, "in between").then((id) => remove(id, ann));
    }
    expect(seen.filter((id) => all.includes(id)).sort()).toEqual([...all].sort());
  }
});

test("a count of what is left out counts what the viewer may see, and nothing else", async () => {
  const { id: root } = await write(mesh, ann, "root");
  const { hidden } = await settle(mesh, "hidden");
  for (let at = 0; at < 12; at++) await reply(bob, root, `${at}`);
  for (let at = 0; at < 3; at++) await reply(hidden, root, "hidden");
  const count = async (who?: string) => lines((await thread(root, who)).replies).at(-1);
  // The tree asks for one more than it shows: what lies behind that is not known.
  expect(await count(cid)).toBe("1 +0");
  const { id: small } = await write(mesh, ann, "small");
  const first = await reply(bob, small, "first");
  for (let at = 0; at < 6; at++) await reply(bob, first, `seen ${at}`);
  for (let at = 0; at < 3; at++) await reply(hidden, first, "unseen");
  for (let at = 0; at < 8; at++) await reply(bob, small, `beside ${at}`);
  const under = async (who: string) =>
    (await thread(small, who)).replies.flatMap(({ parentId, item }) =>
      item.case === "more" && parentId === first ? [Number(item.value.count)] : [],
    );
  const [all = 0] = await under(cid);
  mesh.graph.block(hidden, cid);
  const [seen = 0] = await under(cid);
  expect([all, seen]).toEqual([all, all - 3]);
  expect(all).toBeGreaterThan(3);
});

test("a long way up is cut behind the root", async () => {
  const { id: root } = await write(mesh, ann, "root");
  let last = root;
  for (let at = 1; at <= 45; at++) last = await reply(bob, last, `${at}`);
  const { ancestors } = await thread(last, cid);
  expect(lines(ancestors).slice(0, 3)).toEqual(["0 root", "1 +0", "2 5"]);
  expect(lines(ancestors).at(-1)).toBe("41 44");
  expect(tokens(ancestors)).toEqual([{ parentId: root, token: "" }]);
});

test("ranked, an author's additions come first, then the most engaging; what is only seconds old waits behind", async () => {
  const { id: root } = await write(mesh, ann, "root");
  await reply(bob, root, "plain");
  const liked = await reply(bob, root, "liked");
  await reply(ann, root, "added");
  await mesh.client(EngagementService).likePost({ postId: liked }, as(cid));
  mesh.clock.advance(60_000);
  const young = await reply(cid, root, "young");
  await mesh.client(EngagementService).likePost({ postId: young }, as(bob));
  expect(lines((await thread(root, cid, { order: ThreadOrder.RANKED })).replies)).toEqual([
    "1 added",
    "1 liked",
    "1 plain",
    "1 young",
  ]);
  expect(lines((await thread(root, cid, { order: ThreadOrder.UNSPECIFIED })).replies)[0]).toBe("1 added");
});

test("a token is good for its own thread and order", async () => {
  const { id: root } = await write(mesh, ann, "root");
  for (let at = 0; at < 12; at++) await reply(bob, root, `${at}`);
  const [more] = tokens((await thread(root)).replies);
  const moreToken = more?.token ?? "";
  await expect(thread(root, ann, { order: ThreadOrder.NEWEST, moreToken })).rejects.toMatchObject({
    code: Code.InvalidArgument,
  });
  const { id: other } = await write(mesh, ann, "other");
  await expect(thread(other, ann, { moreToken })).rejects.toMatchObject({ code: Code.InvalidArgument });
  await remove(root, ann);
  await expect(thread(root, ann, { moreToken })).rejects.toMatchObject({ code: Code.NotFound });
});
