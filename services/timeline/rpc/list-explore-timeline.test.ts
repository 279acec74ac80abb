import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { FeedbackKind, ItemSource, type TimelineItem } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { as } from "#mesh/testing.ts";
import { lock } from "../testing/acts.ts";
import { block, like, mute, type Of, remove } from "../testing/deeds.ts";
import { people, post } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline({ TIMELINE_FRESH_WITHIN: "1h" });
});
afterAll(() => mesh[Symbol.asyncDispose]());
beforeEach(async () => {
  await mesh.timeline.db.query(sql`with places as (delete from explore_place), steps as (delete from engagement_step),
    tags as (delete from tag_step) update post set created_at = created_at - interval '30 days'`);
});

const service = () => mesh.client(TimelineService);
const rank = async () => {
  await mesh.settle();
  mesh.clock.advance(1_000);
  while (!(await mesh.runJob("timeline", "rank-explore")));
};
const textsIn = (items: readonly TimelineItem[]) => items.map(({ post }) => post?.card?.text);
const explore = async (viewer?: string, asked: object = {}) =>
  (await service().listExploreTimeline(asked, viewer ? as(viewer) : {})).items;
const said = async (authorId: string, text: string, more: Parameters<typeof post>[3] = {}): Promise<Of> => ({
  authorId,
  postId: await post(mesh, authorId, text, more),
});
const likeMuch = async (of: Of, times: number) => {
  for (let n = 0; n < times; n++) await like(mesh, mesh.timeline.ids.next(), of);
};

test("public posts are shown to everybody by what happened to them of late, and nothing that is not for everybody", async () => {
  const { ann, bob, cat, shy } = await people(mesh, "ann", "bob", "cat", "shy");
  await said(ann, "new");
  await likeMuch(await said(bob, "liked", { createdAt: timestampFromMs(mesh.clock.now().getTime() - 3_600_000) }), 20);
  await likeMuch(await said(cat, "for followers", { audience: Audience.FOLLOWERS }), 30);
  const parent = await said(cat, "thread");
  const reply = { rootId: parent.postId, parentId: parent.postId, parentAuthorId: cat };
  await likeMuch(await said(bob, "a reply", { reply }), 30);
  await likeMuch(await said(shy, "locked"), 30);
  await lock(mesh, shy);
  const gone = await said(ann, "gone");
  await rank();
  expect(textsIn(await explore())).toEqual(["liked", "thread", "gone", "new"]);
  await remove(mesh, gone);
  await mesh.settle();
  const [first, ...rest] = await explore(cat);
  expect(first).toMatchObject({
    source: ItemSource.EXPLORED,
    post: { counts: { likes: 20n }, author: { handle: "bob" } },
  });
  expect(textsIn(rest)).toEqual(["thread", "new"]);
});

test("what a viewer may not or does not want to see is left out for that viewer", async () => {
  const { me, foe, loud, dull, fine } = await people(mesh, "me", "foe", "loud", "dull", "fine");
  await said(foe, "foe");
  await said(loud, "loud");
  const hidden = await said(dull, "dull");
  await said(fine, "fine");
  await block(mesh, foe, me);
  await mute(mesh, me, loud);
  await rank();
  await service().sendFeedback({ postId: hidden.postId, kind: FeedbackKind.HIDE }, as(me));
  expect(textsIn(await explore(me))).toEqual(["fine"]);
  expect(textsIn(await explore()).toSorted()).toEqual(["dull", "fine", "foe", "loud"]);
});

test("no author comes more than twice in ten, also where others are hidden in between", async () => {
  const crowd = Object.values(await people(mesh, ..."abcdefghijkl"));
  const [loud = "", me = "", ...others] = crowd;
  for (let n = 0; n < 6; n++) await likeMuch(await said(loud, `loud ${n}`), 3);
  for (const [n, other] of others.entries()) {
    await said(other, `other ${n}`);
    await said(other, `more ${n}`);
    if (n < 8) await mute(mesh, me, other);
  }
  await rank();
  for (const viewer of [undefined, me]) {
    for (const pageSize of [100, 3]) {
      const authors: string[] = [];
      for (let pageToken = "", more = true; more; ) {
        const page = await service().listExploreTimeline({ pageSize, pageToken }, viewer ? as(viewer) : {});
        authors.push(...page.items.map(({ post }) => post?.card?.authorId ?? ""));
        pageToken = page.nextPageToken;
        more = pageToken !== "";
      }
      expect(authors.length).toBeGreaterThanOrEqual(4);
      for (let from = 0; from < authors.length; from++) {
        const stretch = authors.slice(from, from + 10);
        expect(stretch.filter((author) => author === loud).length).toBeLessThanOrEqual(2);
      }
    }
  }
});

test("pages go on with the order they began with, and one that is gone begins anew and says so", async () => {
  const crowd = Object.values(await people(mesh, ..."mnopqrst"));
  const posts: Of[] = [];
  for (const one of crowd) posts.push(await said(one, `by ${one}`));
  await rank();
  const first = await service().listExploreTimeline({ pageSize: 3 });
  for (const of of posts.slice(0, 3)) await likeMuch(of, 5);
  await rank();
  const again = await service().listExploreTimeline({ pageSize: 3 });
  expect(textsIn(again.items).toSorted()).toEqual(
    posts
      .slice(0, 3)
      .map(({ authorId }) => `by ${authorId}`)
      .toSorted(),
  );
  const rest = await service().listExploreTimeline({ pageSize: 100, pageToken: first.nextPageToken });
  expect(rest).toMatchObject({ reset: false, nextPageToken: "" });
  const both = [...first.items, ...rest.items].map(({ id }) => id);
  expect(both.toSorted()).toEqual(posts.map(({ postId }) => postId).toSorted());
  mesh.clock.advance(21 * 60_000);
  await rank();
  const anew = await service().listExploreTimeline({ pageSize: 3, pageToken: first.nextPageToken });
  expect(anew.reset).toBe(true);
  expect(anew.items).toHaveLength(3);
});

test("a language has its variants with it, and a tag that trends helps its posts", async () => {
  const { u, v, w, x, y } = await people(mesh, ..."uvwxy");
  await said(u ?? "", "bom dia", { language: "pt-BR" });
  await said(v ?? "", "ola", { language: "pt" });
  await said(w ?? "", "hello", { language: "en" });
  await said(x ?? "", "ptx", { language: "ptx" });
  await rank();
  expect(textsIn(await explore(undefined, { language: "PT" })).toSorted()).toEqual(["bom dia", "ola"]);
  for (const one of [u, v, w]) await said(one ?? "", `#loom ${one}`, { hashtags: ["loom"] });
  await said(y ?? "", "newest, but about nothing");
  await rank();
  expect(
    textsIn(await explore())
      .slice(0, 3)
      .every((text) => text?.startsWith("#loom")),
  ).toBe(true);
});
