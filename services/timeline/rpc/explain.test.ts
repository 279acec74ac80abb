import { timestampDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Audience, Relation_MuteScope as MuteScope } from "#gen/skein/common/v1/visibility_pb.ts";
import { AffinityEvidence_Kind as Kind } from "#gen/skein/graph/v1/affinity_pb.ts";
import { FeedbackKind, ItemSource, AbsenceRule as Rule } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { list, lock } from "../testing/acts.ts";
import { block, changeFollow, filter, followTag, like, mute, remove, share, unfollow } from "../testing/deeds.ts";
import { home } from "../testing/pages.ts";
import { follow, people, post } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  const evidence = [{ kind: Kind.LIKED, count: 3n, contribution: 1 }];
  const batchGetAffinity = () => async (request: object) => ({
    affinities: (request as { accountIds: string[] }).accountIds.map((accountId) => ({
      ...{ accountId, score: 2, evidence },
    })),
  });
  mesh = await startTimeline({ TIMELINE_FRESH_WITHIN: "1h" }, { graph: { batchGetAffinity } });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const service = () => mesh.client(TimelineService);
const absence = async (viewer: string, postId: string) => {
  const { readInfo: _, ...told } = await service().explainAbsence({ postId }, as(viewer));
  return told;
};
/** Ann follows bob and dan, cleo is a stranger to her. */
async function town() {
  const found = await people(mesh, "ann", "bob", "cleo", "dan");
  await follow(mesh, found.ann, found.bob);
  await follow(mesh, found.ann, found.dan);
  return found;
}
type Town = Awaited<ReturnType<typeof town>>;
const byBob = async ({ bob }: Town, more: Parameters<typeof post>[3] = {}) => ({
  authorId: bob,
  postId: await post(mesh, bob, "a spider", more),
});
const set = (viewer: string, settings: object) => service().updateTimelineSettings({ settings }, as(viewer));
const byCleo = async ({ cleo }: Town) => ({ authorId: cleo, postId: await post(mesh, cleo, "a stranger's") });

const cases: [string, Rule, (at: Town) => Promise<{ postId: string }>][] = [
  ["that is there", Rule.PRESENT, byBob],
  ["of a stranger", Rule.NOT_FOLLOWED, byCleo],
  [
    "of a stranger that a friend shared",
    Rule.PRESENT,
    async (at) => {
      const of = await byCleo(at);
      await share(mesh, at.dan, of);
      return of;
    },
  ],
  [
    "that its author deleted: what it was, and for whom, is forgotten",
    Rule.NOT_FOUND,
    async (at) => {
      const of = await byBob(at);
      await remove(mesh, of);
      return of;
    },
  ],
  [
    "of the viewer that was deleted",
    Rule.DELETED,
    async ({ ann }) => {
      const of = { authorId: ann, postId: await post(mesh, ann, "mine") };
      await remove(mesh, of);
      return of;
    },
  ],
  ["of an author followed no more", Rule.NOT_FOLLOWED, after(({ ann, bob }) => unfollow(mesh, ann, bob))],
  ["of a blocked author", Rule.BLOCKED, after(({ ann, bob }) => block(mesh, ann, bob))],
  ["of a muted author", Rule.MUTED, after(({ ann, bob }) => mute(mesh, ann, bob))],
  [
    "of an author kept out of home",
    Rule.HIDDEN_FROM_HOME,
    after(({ ann, bob }) => changeFollow(mesh, ann, bob, { hideFromHome: true })),
  ],
  [
    "brought by a share that is not wanted",
    Rule.REPOSTS_HIDDEN,
    async (at) => {
      const of = await byCleo(at);
      await share(mesh, at.dan, of);
      await changeFollow(mesh, at.ann, at.dan, { hideReposts: true });
      return of;
    },
  ],
  [
    "brought by a share whose sharer's shares are muted",
    Rule.MUTED,
    async (at) => {
      const of = await byCleo(at);
      await share(mesh, at.dan, of);
      await mute(mesh, at.ann, at.dan, MuteScope.REPOSTS);
      return of;
    },
  ],
  [
    "that answers a stranger",
    Rule.REPLY_SETTING,
    async (at) => {
      const { authorId: parentAuthorId, postId: parentId } = await byCleo(at);
      return byBob(at, { reply: { rootId: parentId, parentId, parentAuthorId } });
    },
  ],
  [
    "in a language that is not wanted",
    Rule.LANGUAGE,
    async (at) => {
      await set(at.ann, { languages: ["en"] });
      return byBob(at, { language: "pt-BR" });
    },
  ],
];
function after(change: (at: Town) => Promise<unknown>) {
  return async (at: Town) => {
    const of = await byBob(at);
    await mesh.settle();
    await change(at);
    return of;
  };
}

test.each(cases)("a post %s: %s", async (_, rule, make) => {
  const at = await town();
  const { postId } = await make(at);
  await mesh.settle();
  expect((await absence(at.ann, postId.toUpperCase())).rule).toBe(rule);
  const { items } = await home(mesh, at.ann);
  expect(items.some((item) => item.post?.card?.id === postId)).toBe(rule === Rule.PRESENT);
});

test("a filter is named with its phrase, an exclusive list with its id, and what was said of a post is remembered", async () => {
  const at = await town();
  const spider = await byBob(at);
  const listed = { authorId: at.dan, postId: await post(mesh, at.dan, "from dan") };
  const hidden = { authorId: at.bob, postId: await post(mesh, at.bob, "enough") };
  const warned = { authorId: at.bob, postId: await post(mesh, at.bob, "a ladder") };
  await filter(mesh, at.ann, "beetle");
  await filter(mesh, at.ann, "ladder", { warn: true });
  await filter(mesh, at.ann, "spider");
  const listId = await list(mesh, at.ann, [at.dan], { exclusive: true, title: "later" });
  await mesh.settle();
  await service().sendFeedback({ postId: hidden.postId, kind: FeedbackKind.HIDE }, as(at.ann));
  const filtered = await absence(at.ann, spider.postId);
  expect(filtered).toMatchObject({ rule: Rule.FILTERED, phrase: "spider", listId: "" });
  expect(filtered.filterId).not.toBe("");
  expect(filtered.explanation).toContain("spider");
  const exclusive = await absence(at.ann, listed.postId);
  expect(exclusive).toMatchObject({ rule: Rule.EXCLUSIVE_LIST, listId, filterId: "" });
  expect(exclusive.explanation).toContain("later");
  expect((await absence(at.ann, hidden.postId)).rule).toBe(Rule.FEEDBACK);
  expect((await absence(at.ann, warned.postId)).rule).toBe(Rule.PRESENT);
  await service().sendFeedback({ postId: hidden.postId, kind: FeedbackKind.NONE }, as(at.ann));
  expect((await absence(at.ann, hidden.postId)).rule).toBe(Rule.PRESENT);
});

test("of what the viewer may not see nothing is told that a missing id does not get, by any call about it", async () => {
  const at = await town();
  const secret = (audience: Audience, author = at.cleo) => post(mesh, author, "secret", { audience });
  const theirs = [
    await secret(Audience.FOLLOWERS),
    await secret(Audience.PRIVATE, at.bob),
    await secret(Audience.MENTIONED, at.bob),
  ];
  const { eve, fay } = await people(mesh, "eve", "fay");
  theirs.push(await post(mesh, eve, "she blocks ann"), await post(mesh, fay, "locked"));
  await block(mesh, eve, at.ann);
  await lock(mesh, fay);
  const gone = { authorId: at.cleo, postId: await secret(Audience.FOLLOWERS) };
  await remove(mesh, gone);
  await mesh.settle();
  const nobodys = mesh.timeline.ids.next();
  const answers = async (postId: string) =>
    JSON.stringify([
      await absence(at.ann, postId),
      await refusal(service().explainTimelineItem({ postId }, as(at.ann))),
      await refusal(service().sendFeedback({ postId, kind: FeedbackKind.LESS }, as(at.ann))),
      await service().sendFeedback({ postId, kind: FeedbackKind.NONE }, as(at.ann)),
    ]);
  const nothing = await answers(nobodys);
  expect(nothing).toContain(`"rule":${Rule.NOT_FOUND}`);
  for (const postId of [...theirs, gone.postId]) expect(await answers(postId)).toBe(nothing);
});

test("an item is explained by its source, whose follow brought it, and every term of its score", async () => {
  const at = await town();
  const theirs = await byCleo(at);
  const shareId = await share(mesh, at.dan, theirs);
  for (const liker of [at.bob, at.cleo, at.dan]) await like(mesh, liker, theirs);
  await followTag(mesh, at.ann, "loom");
  const tagged = await post(mesh, at.cleo, "#loom", { hashtags: ["loom"] });
  const own = await post(mesh, at.ann, "mine");
  await mesh.settle();
  await home(mesh, at.ann);
  const explain = (postId: string) => service().explainTimelineItem({ postId }, as(at.ann));
  const told = await explain(theirs.postId);
  expect(told).toMatchObject({
    ...{ itemId: shareId, followedAccountId: at.dan, weightsVersion: 1n, rank: 1 },
    affinityEvidence: [{ kind: Kind.LIKED, count: 3n }],
  });
  expect([ItemSource.PUSHED, ItemSource.STORED]).toContain(told.source);
  expect(told.followedAt && timestampDate(told.followedAt).getTime()).toBeGreaterThan(0);
  // Cleo's own likes count as well: three in all, and dan's share.
  expect(told.terms.map(({ name, value }) => [name, value])).toEqual([
    ["likes", 3],
    ["replies", 0],
    ["shares", 1],
    ["age", 0],
    ["affinity", 2],
    ["feedback", 0],
    ["moderation", 0],
  ]);
  expect(told.score).toBeCloseTo(((3 + 3 + 1) / 2 ** 1.8) * 2, 9);
  expect(await explain(tagged)).toMatchObject({ source: ItemSource.HASHTAG, followedAccountId: "" });
  const mine = await explain(own);
  expect(mine).toMatchObject({ source: ItemSource.OWN, followedAccountId: "", affinityEvidence: [] });
  await service().sendFeedback({ postId: theirs.postId, kind: FeedbackKind.LESS }, as(at.ann));
  await service().sendFeedback({ postId: tagged, kind: FeedbackKind.LESS }, as(at.ann));
  expect((await explain(theirs.postId)).score).toBeCloseTo(told.score / 4, 9);
  await service().sendFeedback({ postId: tagged, kind: FeedbackKind.NONE }, as(at.ann));
  expect((await explain(theirs.postId)).score).toBeCloseTo(told.score, 9); // of its author nothing is said any more
});
