import { create, type DescMethod, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Audience, Relation_MuteScope as MuteScope } from "#gen/skein/common/v1/visibility_pb.ts";
import { ItemSource, Completeness_State as State, type TimelineItem } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import type { Context } from "#mesh/context.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { block, list, lock, mute, share, unpost } from "../testing/acts.ts";
import { follow, people, post } from "../testing/people.ts";
import { spentBy } from "../testing/spending.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";
import { listHashtagTimeline } from "./list-hashtag-timeline.ts";
import { listListTimeline } from "./list-list-timeline.ts";
import { listUserTimeline } from "./list-user-timeline.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline({ TIMELINE_FRESH_WITHIN: "1h" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const service = () => mesh.client(TimelineService);
const postsIn = (items: readonly TimelineItem[]) => items.map(({ post }) => post?.card?.id);

/** Reads a list to its end by pages, and checks what holds for all of them. */
async function readOn(
  read: (pageToken: string) => Promise<{ items: TimelineItem[]; nextPageToken: string }>,
): Promise<TimelineItem[]> {
  const all: TimelineItem[] = [];
  for (let [token, pages] = ["", 0]; ; pages++) {
    const page = await read(token);
    all.push(...page.items);
    if (page.nextPageToken === "") break;
    if (pages > 200) throw new Error("there is no end");
    token = page.nextPageToken;
  }
  expect(new Set(postsIn(all)).size).toBe(all.length);
  return all;
}

test("an account's timeline has what it wrote and shared, newest first, as far as the viewer may see it", async () => {
  const { ann, bob, cat } = await people(mesh, "ann", "bob", "cat");
  const open = await post(mesh, ann, "open");
  const picture = await post(mesh, ann, "look", { media: [{ mediaId: mesh.timeline.ids.next() }] });
  const close = await post(mesh, ann, "for followers", { audience: Audience.FOLLOWERS });
  const reply = await post(mesh, ann, "yes", { reply: { rootId: open, parentId: open, parentAuthorId: bob } });
  const theirs = await post(mesh, bob, "by bob");
  await share(mesh, ann, theirs, bob);
  const gone = await post(mesh, ann, "gone");
  await unpost(mesh, ann, gone);
  await follow(mesh, cat, ann);
  await mesh.settle();
  const read = async (viewer: string | undefined, more: object = {}) => {
    const page = await service().listUserTimeline({ accountId: ann, ...more }, viewer ? as(viewer) : {});
    expect(page.completeness?.state).toBe(State.COMPLETE);
    return page.items;
  };
  expect(postsIn(await read(undefined))).toEqual([theirs, picture, open]);
  expect(postsIn(await read(bob, { withReplies: true }))).toEqual([theirs, reply, picture, open]);
  expect(postsIn(await read(cat))).toEqual([theirs, close, picture, open]);
  expect(postsIn(await read(cat, { withoutReposts: true }))).toEqual([close, picture, open]);
  expect(postsIn(await read(undefined, { mediaOnly: true }))).toEqual([picture]);
  const [first, second] = await read(cat);
  expect(first).toMatchObject({ source: ItemSource.AUTHOR, reposts: [{ sharer: { accountId: ann } }] });
  expect(second).toMatchObject({ id: close, reposts: [], post: { author: { handle: "ann" } } });
});

test("whom the viewer may not see has no timeline, exactly like nobody", async () => {
  const { hid, foe, shy, me } = await people(mesh, "hid", "foe", "shy", "me");
  await post(mesh, hid, "not for you");
  await post(mesh, shy, "for followers of mine");
  await block(mesh, hid, me);
  await block(mesh, me, foe);
  await lock(mesh, shy);
  await mesh.settle();
  const refused = (accountId: string) => refusal(service().listUserTimeline({ accountId }, as(me)));
  const nobody = await refused(mesh.timeline.ids.next());
  expect(nobody.reason).toBe("ACCOUNT_NOT_FOUND");
  expect(JSON.stringify(await refused(hid))).toBe(JSON.stringify(nobody));
  expect(JSON.stringify(await refused(foe))).toBe(JSON.stringify(nobody));
  const locked = await service().listUserTimeline({ accountId: shy }, as(me));
  expect(locked).toMatchObject({ items: [], nextPageToken: "" });
});

test("a list shows its members, followed or not, and nobody finds another's", async () => {
  const { lena, mia, noa, out, shy } = await people(mesh, "lena", "mia", "noa", "out", "shy");
  const theirs = await post(mesh, out, "by one who is not on it");
  const first = await post(mesh, mia, "one");
  const second = await post(mesh, noa, "two");
  await share(mesh, mia, theirs, out);
  await post(mesh, shy, "locked away");
  await lock(mesh, shy);
  const listId = await list(mesh, lena, [mia, noa, shy]);
  const quiet = await list(mesh, lena, [mia, noa], { hideReposts: true, exclusive: true });
  await mesh.settle();
  const read = async (id: string) => postsIn((await service().listListTimeline({ listId: id }, as(lena))).items);
  expect(await read(listId)).toEqual([theirs, second, first]);
  expect(await read(quiet)).toEqual([second, first]);
  await mute(mesh, lena, noa);
  await mute(mesh, lena, mia, MuteScope.REPOSTS);
  await mesh.settle();
  expect(await read(listId)).toEqual([first]);
  const refused = await refusal(service().listListTimeline({ listId }, as(mia)));
  const unknown = await refusal(service().listListTimeline({ listId: mesh.timeline.ids.next() }, as(mia)));
  expect(refused.reason).toBe("LIST_NOT_FOUND");
  expect(JSON.stringify(refused)).toBe(JSON.stringify(unknown));
});

test("a tag's timeline has public posts with it, however it is written", async () => {
  const { tom, una, vic } = await people(mesh, "tom", "una", "vic");
  const tagged = (authorId: string, audience?: Audience) =>
    post(mesh, authorId, "#Straße", { hashtags: ["strasse"], ...(audience && { audience }) });
  const first = await tagged(tom);
  await tagged(tom, Audience.FOLLOWERS);
  await post(mesh, tom, "no tag");
  const hidden = await tagged(vic);
  const last = await tagged(una);
  await follow(mesh, una, tom);
  await block(mesh, vic, una);
  await mesh.settle();
  const read = async (tag: string, viewer?: string) =>
    (await service().listHashtagTimeline({ tag }, viewer ? as(viewer) : {})).items;
  expect(postsIn(await read("#STRASSE"))).toEqual([last, hidden, first]);
  expect(postsIn(await read("straße", una))).toEqual([last, first]);
  expect((await read("strasse"))[0]).toMatchObject({ source: ItemSource.HASHTAG, hashtag: "strasse" });
  expect(await read("nothing")).toEqual([]);
  expect((await refusal(read("#42"))).reason).toBe("HASHTAG_INVALID");
});

test("pages put behind each other are the whole list, whatever is posted meanwhile, and a token is good for its list only", async () => {
  const { wim, xan, yve } = await people(mesh, "wim", "xan", "yve");
  const made: string[] = [];
  for (let n = 0; n < 30; n++) made.push(await post(mesh, n % 3 ? wim : xan, `${n}`, { hashtags: ["paged"] }));
  for (const at of [3, 4, 20]) await share(mesh, wim, made[at] ?? "", at % 3 ? wim : xan);
  const listId = await list(mesh, yve, [wim, xan]);
  await mute(mesh, yve, xan);
  await mesh.settle();
  const mine = made.filter((_, n) => n % 3 !== 0).toReversed();
  const lists = {
    user: (pageToken: string) =>
      service().listUserTimeline({ accountId: wim, pageSize: 3, pageToken, withoutReposts: true }, as(yve)),
    list: (pageToken: string) => service().listListTimeline({ listId, pageSize: 3, pageToken }, as(yve)),
    tag: (pageToken: string) => service().listHashtagTimeline({ tag: "paged", pageSize: 4, pageToken }, as(yve)),
  };
  const tokens: string[] = [];
  for (const [name, read] of Object.entries(lists)) {
    const items = await readOn(async (token) => {
      if (token === "" || tokens.length < 9) await post(mesh, wim, "meanwhile", { hashtags: ["paged"] });
      const page = await read(token);
      if (page.nextPageToken) tokens.push(page.nextPageToken);
      return page;
    });
    const known = postsIn(items).filter((id) => mine.includes(id ?? ""));
    if (name === "list") expect(known.toSorted()).toEqual(mine.toSorted());
    else expect(known).toEqual(mine);
  }
  const [userToken = ""] = tokens;
  expect((await refusal(lists.list(userToken))).reason).toBe("PAGE_TOKEN_INVALID");
  const others = { accountId: xan, pageSize: 3, pageToken: userToken, withoutReposts: true };
  expect((await refusal(service().listUserTimeline(others, as(yve)))).reason).toBe("PAGE_TOKEN_INVALID");
});

test("a warm page costs a statement or a few and two trips, and asks nobody", async () => {
  const { zoe, abe } = await people(mesh, "zoe", "abe");
  for (let n = 0; n < 12; n++) await post(mesh, abe, `${n}`, { hashtags: ["costs"] });
  const listId = await list(mesh, zoe, [abe]);
  await mesh.settle();
  const { listUserTimeline: user, listListTimeline: listed, listHashtagTimeline: tagged } = TimelineService.method;
  const calls = [
    {
      method: user,
      most: 1,
      read: (ctx: Context) => listUserTimeline(mesh.timeline)(ask(user, { accountId: abe }), ctx),
    },
    { method: listed, most: 2, read: (ctx: Context) => listListTimeline(mesh.timeline)(ask(listed, { listId }), ctx) },
    {
      method: tagged,
      most: 1,
      read: (ctx: Context) => listHashtagTimeline(mesh.timeline)(ask(tagged, { tag: "costs" }), ctx),
    },
  ];
  for (const { method, most, read } of calls) {
    await spentBy(mesh, method, zoe, read);
    const spent = await spentBy(mesh, method, zoe, read);
    expect(spent.sql).toBeLessThanOrEqual(most);
    expect(spent).toMatchObject({ redis: 2, rpc: 0 });
  }
});

const ask = <M extends DescMethod>({ input }: M, init: MessageInitShape<M["input"]>) =>
  create(input, { ...init, pageSize: 10 } as MessageInitShape<M["input"]>) as MessageShape<M["input"]>;
