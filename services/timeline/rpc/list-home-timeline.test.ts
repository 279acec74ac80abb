import { afterAll, beforeAll, expect, test } from "vitest";
import { Audience, Relation_MuteScope as MuteScope, Verdict } from "#gen/skein/common/v1/visibility_pb.ts";
import { ItemSource, Completeness_State as State, TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import {
  block,
  changeFollow,
  edit,
  filter,
  followTag,
  like,
  mute,
  type Of,
  remove,
  share,
  unfollow,
} from "../testing/deeds.ts";
import { home, postsOf, textsOf } from "../testing/pages.ts";
import { follow, people, post } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const { CHRONOLOGICAL, RANKED } = TimelineMode;
const both = [
  ["by time", CHRONOLOGICAL],
  ["ranked", RANKED],
] as const;

/** Ann follows bob and dan, cleo is a stranger to her. */
async function town() {
  const found = await people(mesh, "ann", "bob", "cleo", "dan");
  await follow(mesh, found.ann, found.bob);
  await follow(mesh, found.ann, found.dan);
  return found;
}

test("what followed accounts and oneself wrote is in the home, newest first", async () => {
  const { ann, bob, cleo } = await town();
  const first = await post(mesh, bob, "first");
  const own = await post(mesh, ann, "own");
  await post(mesh, cleo, "a stranger's");
  const last = await post(mesh, bob, "last");
  await like(mesh, cleo, { authorId: bob, postId: last });
  await mesh.settle();
  const cold = await home(mesh, ann, { mode: CHRONOLOGICAL });
  expect(cold.items.map(({ id }) => id)).toEqual([last, own, first]);
  expect(cold.items.map(({ source }) => source)).toEqual([ItemSource.STORED, ItemSource.OWN, ItemSource.STORED]);
  expect(cold.items[0]).toMatchObject({
    post: {
      card: { text: "last" },
      author: { handle: "bob" },
      counts: { likes: 1n },
      viewer: { canReply: true, canQuote: true },
      visibility: { verdict: Verdict.ALLOW },
    },
  });
  expect(cold).toMatchObject({ nextPageToken: "", mode: CHRONOLOGICAL, completeness: { state: State.COMPLETE } });
  const warm = await home(mesh, ann);
  expect(warm.mode).toBe(RANKED); // as nobody has set it otherwise
  expect(warm.items.map(({ source }) => source)).toContain(ItemSource.PUSHED);
  expect(postsOf(warm.items).toSorted()).toEqual([first, own, last]);
});

test.each(both)("%s: liked posts of close authors and what is new come first, or do not", async (_, mode) => {
  const { ann, bob, cleo, dan } = await town();
  const liked = { authorId: bob, postId: await post(mesh, bob, "liked") };
  await like(mesh, cleo, liked);
  await like(mesh, dan, liked);
  const newer = await post(mesh, dan, "newer");
  await mesh.settle();
  const { items } = await home(mesh, ann, { mode });
  expect(postsOf(items)).toEqual(mode === RANKED ? [liked.postId, newer] : [newer, liked.postId]);
});

test("a post that many shared is one item, with all who brought it", async () => {
  const { ann, bob, cleo, dan } = await town();
  const theirs = { authorId: cleo, postId: await post(mesh, cleo, "a stranger's") };
  const bobs = { authorId: bob, postId: await post(mesh, bob, "bob's") };
  const shares = [await share(mesh, bob, theirs), await share(mesh, dan, theirs), await share(mesh, dan, bobs)];
  await mesh.settle();
  for (const [, mode] of both) {
    const page = await home(mesh, ann, { mode });
    const byTime = [bobs.postId, theirs.postId];
    expect(postsOf(page.items)).toEqual(mode === RANKED ? byTime.toReversed() : byTime); // two shares weigh more than one
    const [first, second] = byTime.map((id) => page.items.find((item) => item.post?.card?.id === id));
    expect(first).toMatchObject({ id: shares[2], reposts: [{ shareId: shares[2], sharer: { handle: "dan" } }] });
    expect(second?.reposts.map(({ sharer }) => sharer?.handle)).toEqual(["dan", "bob"]);
    expect(second?.reposts[0]?.sharedAt).toBeDefined();
    expect(page.collapsedReposts).toBe(1);
  }
});

test("followed tags bring public posts of strangers, as long as they are followed", async () => {
  const { ann, cleo } = await town();
  await followTag(mesh, ann, "weaving");
  const hashtags = ["weaving"];
  const tagged = await post(mesh, cleo, "on #weaving", { hashtags });
  await post(mesh, cleo, "for followers of #weaving", { hashtags, audience: Audience.FOLLOWERS });
  await mesh.settle();
  for (const [, mode] of both) {
    const { items } = await home(mesh, ann, { mode });
    expect(items.map(({ id, hashtag, source }) => ({ id, hashtag, source }))).toEqual([
      { id: tagged, hashtag: "weaving", source: ItemSource.HASHTAG },
    ]);
  }
});

test("an edit shows at once, and a filter that warns says what hit", async () => {
  const { ann, bob } = await town();
  const one = { authorId: bob, postId: await post(mesh, bob, "nothing") };
  await mesh.settle();
  await home(mesh, ann);
  await edit(mesh, one, "a spider");
  await filter(mesh, ann, "spider", { warn: true });
  await mesh.settle();
  const { items } = await home(mesh, ann);
  expect(textsOf(items)).toEqual(["a spider"]);
  expect(items[0]?.post).toMatchObject({
    visibility: { verdict: Verdict.WARN },
    filterMatches: [{ title: "spider", phrase: "spider" }],
  });
});

type Town = Awaited<ReturnType<typeof town>>;
const hidden: [string, (at: Town & { of: Of }) => Promise<unknown>][] = [
  ["that is deleted", ({ of }) => remove(mesh, of)],
  ["whose author the viewer blocks", ({ ann, bob }) => block(mesh, ann, bob)],
  ["whose author blocks the viewer", ({ ann, bob }) => block(mesh, bob, ann)],
  ["whose author is muted", ({ ann, bob }) => mute(mesh, ann, bob)],
  ["whose author is followed no more", ({ ann, bob }) => unfollow(mesh, ann, bob)],
  ["whose author is kept out of home", ({ ann, bob }) => changeFollow(mesh, ann, bob, { hideFromHome: true })],
  ["that a filter hides", ({ ann }) => filter(mesh, ann, "spider")],
];
test.each(hidden)(
  "a post %s is not in the home, from a warm page on and in the middle of one that is read",
  async (_, hide) => {
    const at = await town();
    await post(mesh, at.dan, "dan's");
    const of = { authorId: at.bob, postId: await post(mesh, at.bob, "a spider") };
    for (let n = 0; n < 3; n++) await post(mesh, at.dan, "dan's");
    await mesh.settle();
    const begun = await Promise.all(both.map(([, mode]) => home(mesh, at.ann, { mode, pageSize: 1 })));
    const before = await home(mesh, at.ann, { mode: CHRONOLOGICAL });
    expect(textsOf(before.items)).toContain("a spider");
    await hide({ ...at, of });
    await mesh.settle();
    for (const { mode, nextPageToken } of begun) {
      for (const pageToken of ["", nextPageToken]) {
        const { items } = await home(mesh, at.ann, { mode, pageToken });
        expect(textsOf(items)).not.toContain("a spider");
        expect(textsOf(items)).toContain("dan's");
      }
    }
  },
);

test.each([
  ["whose sharer is blocked", ({ ann, bob }) => block(mesh, ann, bob)],
  ["whose sharer's reposts are muted", ({ ann, bob }) => mute(mesh, ann, bob, MuteScope.REPOSTS)],
  ["whose sharer's reposts are hidden", ({ ann, bob }) => changeFollow(mesh, ann, bob, { hideReposts: true })],
  ["whose author is blocked", ({ ann, cleo }) => block(mesh, ann, cleo)],
  ["whose author blocks the viewer", ({ ann, cleo }) => block(mesh, cleo, ann)],
] satisfies [string, (at: Town) => Promise<unknown>][])("a repost %s is not in the home", async (_, hide) => {
  const at = await town();
  const theirs = { authorId: at.cleo, postId: await post(mesh, at.cleo, "a stranger's") };
  await share(mesh, at.bob, theirs);
  await mesh.settle();
  expect(textsOf((await home(mesh, at.ann)).items)).toEqual(["a stranger's"]);
  await hide(at);
  await mesh.settle();
  for (const [, mode] of both) expect((await home(mesh, at.ann, { mode })).items).toEqual([]);
});
