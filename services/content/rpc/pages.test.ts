import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FilterAction } from "#gen/skein/content/v1/content_filter_pb.ts";
import { ContentFilterService } from "#gen/skein/content/v1/content_filter_service_pb.ts";
import { DraftService } from "#gen/skein/content/v1/draft_service_pb.ts";
import { HashtagService } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { SearchService } from "#gen/skein/content/v1/search_service_pb.ts";
import { as } from "#mesh/testing.ts";
import { settle } from "../testing/people.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { write } from "../testing/writing.ts";

/** A list as somebody pages through it. */
interface List {
  /** Adds something to one's list, or to what everybody finds; returns its id. */
  add(who: string, chance: number): Promise<string>;
  remove(who: string, id: string): Promise<unknown>;
  page(who: string, pageSize: number, pageToken: string): Promise<{ ids: string[]; next: string }>;
}

let mesh: ContentMesh;
let drafts: List;
let lists: Record<string, List>;
beforeAll(async () => {
  const many = ["CONTENT_MAX_DRAFTS", "CONTENT_MAX_SCHEDULED", "CONTENT_MAX_FILTERS", "CONTENT_MAX_FOLLOWED_HASHTAGS"];
  mesh = await startContent(Object.fromEntries(many.map((name) => [name, "1000"])));
  const [draft, filter, tag] = [
    mesh.client(DraftService),
    mesh.client(ContentFilterService),
    mesh.client(HashtagService),
  ];
  drafts = {
    add: async (who) => (await draft.createDraft({ post: {} }, as(who))).draft?.id ?? "",
    remove: (who, draftId) => draft.deleteDraft({ draftId }, as(who)),
    async page(who, pageSize, pageToken) {
      const page = await draft.listDrafts({ pageSize, pageToken }, as(who));
      return { ids: page.drafts.map(({ id }) => id), next: page.nextPageToken };
    },
  };
  const post = (text: (who: string) => string, page: List["page"]): List => ({
    add: async (who) => (await write(mesh, who, text(who))).id,
    remove: (who, postId) => mesh.client(PostService).deletePost({ postId }, as(who)),
    page,
  });
  const idsOf = (all: readonly { card?: { id: string } | undefined }[]) => all.map(({ card }) => card?.id ?? "");
  lists = {
    drafts,
    "scheduled posts": {
      async add(who, chance) {
        const publishAt = timestampFromDate(new Date(mesh.clock.now().getTime() + 120_000 + chance * 1000));
        const { scheduledPost } = await draft.schedulePost({ post: { text: "x" }, publishAt }, as(who));
        return scheduledPost?.id ?? "";
      },
      remove: (who, scheduledPostId) => draft.cancelScheduledPost({ scheduledPostId }, as(who)),
      async page(who, pageSize, pageToken) {
        const page = await draft.listScheduledPosts({ pageSize, pageToken }, as(who));
        return { ids: page.scheduledPosts.map(({ id }) => id), next: page.nextPageToken };
      },
    },
    filters: {
      async add(who) {
        const rule = { phrases: [{ text: "never" }], action: FilterAction.HIDE };
        return (await filter.createContentFilter({ rule }, as(who))).filter?.id ?? "";
      },
      remove: (who, filterId) => filter.deleteContentFilter({ filterId }, as(who)),
      async page(who, pageSize, pageToken) {
        const page = await filter.listContentFilters({ pageSize, pageToken }, as(who));
        return { ids: page.filters.map(({ id }) => id), next: page.nextPageToken };
      },
    },
    "followed hashtags": {
      async add(who, chance) {
        const name = `t${chance}x${mesh.content.ids.next().replaceAll("-", "")}`;
        return (await tag.followHashtag({ tag: name }, as(who))).hashtag?.tag ?? "";
      },
      remove: (who, name) => tag.unfollowHashtag({ tag: name }, as(who)),
      async page(who, pageSize, pageToken) {
        const page = await tag.listFollowedHashtags({ pageSize, pageToken }, as(who));
        return { ids: page.hashtags.map((one) => one.tag), next: page.nextPageToken };
      },
    },
    "posts with a hashtag": post(
      (who) => `#t${who.replaceAll("-", "")}`,
      async (who, pageSize, pageToken) => {
        const page = await tag.listPostsByHashtag({ tag: `t${who.replaceAll("-", "")}`, pageSize, pageToken }, as(who));
        return { ids: idsOf(page.posts), next: page.nextPageToken };
      },
    ),
    "posts that are searched": post(
      (who) => `word ${who}`,
      async (who, pageSize, pageToken) => {
        await mesh.settle();
        const request = { query: `"${who}"`, pageSize, pageToken };
        const page = await mesh.client(SearchService).searchPosts(request, as(who));
        return { ids: idsOf(page.posts), next: page.nextPageToken };
      },
    ),
  };
});
afterAll(() => mesh[Symbol.asyncDispose]());

const names = [
  "drafts",
  "scheduled posts",
  "filters",
  "followed hashtags",
  "posts with a hashtag",
  "posts that are searched",
];

test.each(names)(
  "%s: the pages one behind the other are one list, whatever comes and goes in between",
  async (name) => {
    const list = lists[name] ?? drafts;
    const change = fc.record({ remove: fc.boolean(), at: fc.nat({ max: 40 }) });
    const plan = fc.record({
      first: fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 9 }),
      pageSize: fc.integer({ min: 1, max: 4 }),
      changes: fc.array(change, { maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ first, pageSize, changes }) => {
        const { who } = await settle(mesh, "who");
        const stay = new Set<string>();
        for (const chance of first) stay.add(await list.add(who, chance));
        const whole = (await list.page(who, 100, "")).ids;
        expect(new Set(whole)).toEqual(stay);
        const seen: string[] = [];
        for (let token = "", more = true; more; more = token !== "") {
          const { ids, next } = await list.page(who, pageSize, token);
          seen.push(...ids);
          expect(ids.length).toBeLessThanOrEqual(pageSize);
          token = next;
          const { remove, at } = changes.pop() ?? {};
          const gone = remove ? [...stay][(at ?? 0) % stay.size] : undefined;
          if (gone !== undefined) {
            await list.remove(who, gone);
            stay.delete(gone);
          } else if (at !== undefined) await list.add(who, at);
        }
        expect(new Set(seen).size).toBe(seen.length);
        const stayed = (ids: readonly string[]) => ids.filter((id) => stay.has(id));
        expect(stayed(seen)).toEqual(stayed(whole));
      }),
      { numRuns: 8 },
    );
  },
);
