import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { ThreadOrder, ThreadService } from "#gen/skein/content/v1/thread_service_pb.ts";
import { as } from "#mesh/testing.ts";
import { type PostPage, readThrough } from "../testing/paging.ts";
import { settle } from "../testing/people.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { write } from "../testing/writing.ts";

let mesh: ContentMesh;
let viewer: string;
beforeAll(async () => {
  mesh = await startContent({ CONTENT_MAX_PINS: "50" });
  ({ viewer } = await settle(mesh, "viewer"));
});
afterAll(() => mesh[Symbol.asyncDispose]());

/** What can happen between two pages. */
type Deed = "write" | "delete" | "restore" | "like" | "answer" | "age";
const deeds = fc.array(
  fc.array(fc.constantFrom<Deed>("write", "delete", "restore", "like", "answer", "age"), { maxLength: 3 }),
  {
    maxLength: 12,
  },
);

interface List {
  ask(author: string, root: string, pageSize: number, pageToken: string): Promise<PostPage>;
  /** How something that belongs on the list is written. */
  post(root: string): object;
  pins?: boolean;
}

const byAuthor = (more: object): List => ({
  ask: (accountId, _, pageSize, pageToken) =>
    mesh.client(PostService).listPostsByAuthor({ accountId, pageSize, pageToken, ...more }, as(viewer)),
  post: (root) => ({
    text: "x",
    ...("withReplies" in more && { replyToId: root }),
    ...("mediaOnly" in more && { media: [{ mediaId: mesh.content.ids.next() }] }),
  }),
  pins: "pinnedOnly" in more,
});
const replies = (order: ThreadOrder): List => ({
  ask: (_, postId, pageSize, pageToken) =>
    mesh.client(ThreadService).listReplies({ postId, order, pageSize, pageToken }, as(viewer)),
  post: (replyToId) => ({ text: "x", replyToId }),
});
const comments: List = {
  async ask(_, postId, pageSize, pageToken) {
    const page = await mesh.client(ThreadService).listComments({ postId, pageSize, pageToken }, as(viewer));
    return { posts: page.comments, nextPageToken: page.nextPageToken };
  },
  post: (replyToId) => ({ text: "x", replyToId }),
};

const lists: [string, List][] = [
  ["posts of an author", byAuthor({})],
  ["posts and replies of an author", byAuthor({ withReplies: true })],
  ["media of an author", byAuthor({ mediaOnly: true })],
  ["pins of an author", byAuthor({ pinnedOnly: true })],
  ["replies, oldest first", replies(ThreadOrder.OLDEST)],
  ["replies, newest first", replies(ThreadOrder.NEWEST)],
  ["replies, ranked", replies(ThreadOrder.RANKED)],
  ["comments", comments],
];

let round = 0;

test.each(lists)("pages of %s are one scan, whatever happens in between", async (_, list) => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 1, max: 4 }),
      deeds,
      async (count, size, script) => {
        const name = `author${round++}`;
        const { [name]: author = "" } = await settle(mesh, name);
        const root = await write(mesh, viewer, "root");
        const posts = mesh.client(PostService);
        const publish = async () => {
          const { id } = await write(mesh, author, list.post(root.id));
          if (list.pins) await mesh.client(CollectionService).pinPost({ postId: id }, as(author));
          return id;
        };
        const there: string[] = [];
        for (let at = 0; at < count; at++) there.push(await publish());
        mesh.clock.advance(15_000); // old enough to have a rank
        if (there[0]) await mesh.client(EngagementService).likePost({ postId: there.at(-1) ?? "" }, as(viewer));
        const scan = await readThrough((pageToken) => list.ask(author, root.id, 100, pageToken));
        expect([...scan].sort()).toEqual([...there].sort());
        const deleted: string[] = [];
        const touched = new Set<string>();
        const act: Record<Deed, () => Promise<unknown>> = {
          write: publish,
          async delete() {
            const postId = there.find((id) => !touched.has(id));
            if (!postId) return;
            touched.add(postId);
            deleted.push(postId);
            await posts.deletePost({ postId }, as(author));
          },
          async restore() {
            const postId = deleted.pop();
            if (postId) await posts.undeletePost({ postId }, as(author));
          },
          like: async () => {
            const postId = there.findLast((id) => !touched.has(id));
            if (postId) await mesh.client(EngagementService).likePost({ postId }, as(author));
          },
          answer: async () => {
            const replyToId = there.findLast((id) => !touched.has(id));
            if (replyToId && !list.pins) await write(mesh, viewer, { text: "y", replyToId });
          },
          age: async () => mesh.clock.advance(11_000),
        };
        const seen = await readThrough(
          (pageToken) => list.ask(author, root.id, size, pageToken),
          async (page) => {
            for (const deed of script[page] ?? []) await act[deed]();
          },
        );
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.filter((id) => scan.includes(id) && !touched.has(id))).toEqual(
          scan.filter((id) => !touched.has(id)),
        );
      },
    ),
    { numRuns: 6 },
  );
});
