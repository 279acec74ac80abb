import type { JsonValue } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { HashtagService } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { SearchService } from "#gen/skein/content/v1/search_service_pb.ts";
import { converse } from "./conversation.ts";
import { codeOf, reasonOf } from "./outcome.ts";
import { untilAnswered } from "./patient.ts";
import { arrive, type Person } from "./people.ts";
import { settled } from "./settled.ts";
import { shapes, startTown, type Town } from "./shapes.ts";
import { connectBinary, fetched, grpcJs, type Wire } from "./wires.ts";

const wires = { "Connect JSON by fetch": fetched, "grpc-js": grpcJs, "Connect binary": connectBinary };

describe.each(shapes)("%s", (shape) => {
  let town: Town;
  let people: Record<"ann" | "bob" | "cleo" | "dan", Person>;
  beforeAll(async () => {
    town = await startTown(shape);
    people = await arrive(town, "ann", "bob", "cleo", "dan");
    await settled(town); // a handle is known where it is mentioned a moment after it was taken
  });
  afterAll(() => town[Symbol.asyncDispose]());

  test.each(Object.entries(wires))(
    "%s: what somebody posts is there with the answer, for them and for all",
    async (name, wire) => {
      const { ann, bob } = people;
      const call = async (method: Parameters<Wire>[1], request: JsonValue, headers: Record<string, string> = {}) =>
        (await wire(town.url, method, request, headers)).answer as unknown as Answer;
      const word = `w${name.replaceAll(/\W/g, "")}`;
      const text = `#${word} for @bob, see https://example.com`;
      const { createPost, getPost, listPostsByAuthor } = PostService.method;
      const { answer, headers } = await wire(town.url, createPost, { post: { text } }, ann.as.headers);
      const token = { "skein-token": headers.get("skein-token") ?? "" };
      const { post: made } = answer as unknown as Answer;
      const postId = made.card.id;
      expect(made.card).toMatchObject({
        authorId: ann.id,
        text,
        hashtags: [word.toLowerCase()],
        mentionedIds: [bob.id],
      });
      expect(made.author.handle).toBe("ann");

      const viewers = { ann: ann.as.headers, bob: bob.as.headers, nobody: {} };
      for (const [viewer, as] of Object.entries(viewers)) {
        for (const more of [{}, token]) {
          const { post, readInfo } = await call(getPost, { postId }, { ...as, ...more });
          expect({ viewer, card: post.card, author: post.author.handle }).toEqual({
            viewer,
            card: made.card,
            author: "ann",
          });
          expect(readInfo).toMatchObject({ satisfied: true, source: "SOURCE_OWNER" });
          const { posts } = await call(listPostsByAuthor, { accountId: ann.id }, { ...as, ...more });
          expect(posts[0]?.card).toEqual(made.card);
        }
      }
      // An index follows by less than a second; with the token its reader waits for it.
      const found = await call(SearchService.method.searchPosts, { query: word }, { ...ann.as.headers, ...token });
      expect(found.posts.map(({ card }) => card.id)).toEqual([postId]);
      expect(found.readInfo).toMatchObject({ satisfied: true, source: "SOURCE_PROJECTION" });
      const tagged = await call(
        HashtagService.method.listPostsByHashtag,
        { tag: word },
        { ...bob.as.headers, ...token },
      );
      expect(tagged.posts.map(({ card }) => card.id)).toEqual([postId]);
    },
  );

  test("an edit is what everybody reads next, and what was said before stays in the history", async () => {
    const { ann, bob } = people;
    const posts = town.client(PostService);
    const { post } = await posts.createPost({ post: { text: "one" } }, ann.as);
    const { id: postId = "", version = 0n } = post?.card ?? {};
    const { post: edited } = await posts.editPost({ postId, version, change: { text: "two" } }, ann.as);
    expect(edited?.card).toMatchObject({ text: "two", version: version + 1n });
    expect(await reasonOf(posts.editPost({ postId, version, change: { text: "late" } }, ann.as))).toBe(
      "VERSION_MISMATCH",
    );
    expect(await reasonOf(posts.editPost({ postId, change: { text: "his" } }, bob.as))).toBe("POST_NOT_FOUND");
    const key = { idempotencyKey: "third" };
    const again = await Promise.all(
      Array.from({ length: 5 }, () => posts.editPost({ postId, change: { text: "three" }, ...key }, ann.as)),
    );
    expect(new Set(again.map((answer) => answer.post?.card?.version))).toEqual(new Set([version + 2n]));
    for (const options of [ann.as, bob.as, {}]) {
      const now = (await posts.getPost({ postId }, options)).post?.card;
      expect(now).toMatchObject({ text: "three", createdAt: post?.card?.createdAt });
      expect(now?.editedAt).toBeDefined();
      const { revisions } = await posts.listPostRevisions({ postId }, options);
      expect(revisions.map(({ card }) => card?.text)).toEqual(["three", "two", "one"]);
    }
  });

  test("several people talk: everybody sees one thread, from wherever in it they look", async () => {
    const { ann, bob, cleo, dan } = people;
    const { ids, read } = await converse(town, people);
    const [root, hers, his, theirs, last] = ids;
    for (const options of [ann.as, bob.as, cleo.as, dan.as, {}]) {
      expect(await read(root, options)).toEqual({
        above: [],
        below: [`1 ${hers}`, `2 ${his}`, `3 ${last}`, `1 ${theirs}`],
        replies: 2n,
      });
      expect(await read(his, options)).toEqual({
        above: [`0 ${root}`, `1 ${hers}`],
        below: [`1 ${last}`],
        replies: 1n,
      });
    }
  });

  test("likes are exact in every read, however many come at once, again and back", async () => {
    const posts = town.client(PostService);
    const engagement = town.client(EngagementService);
    const { ann, ...others } = people;
    const crowd = [ann, ...Object.values(others)];
    const { post } = await posts.createPost({ post: { text: "likeable" } }, ann.as);
    const postId = post?.card?.id ?? "";
    const likes = async (options = {}) => (await posts.getPost({ postId }, options)).post;
    const each = (act: (who: Person) => Promise<unknown>, who = crowd) =>
      Promise.all(Array.from({ length: 5 }, () => who.map(act)).flat());
    const liking = each(async ({ as }) => {
      const told = (await engagement.likePost({ postId }, as)).counts?.likes ?? 0n;
      expect([1n, 2n, 3n, 4n]).toContain(told);
    });
    await liking;
    // The job that folds what was counted comes round twice a second: whoever reads meanwhile must not notice.
    const until = performance.now() + 700;
    while (performance.now() < until) expect((await likes())?.counts?.likes).toBe(4n);
    await each(({ as }) => engagement.unlikePost({ postId }, as), [people.bob, people.cleo]);
    expect((await likes())?.counts?.likes).toBe(2n);
    const liked = await Promise.all(crowd.map(async ({ as }) => (await likes(as))?.viewer?.liked));
    expect(liked).toEqual([true, false, false, true]);
    const { likers } = await engagement.listLikers({ postId });
    expect(likers.map(({ handle }) => handle).sort()).toEqual(["ann", "dan"]);
  });

  test("what is deleted is gone at once and leaves its place; brought back, it is as it was", async () => {
    const { ann, bob, cleo, dan } = people;
    const posts = town.client(PostService);
    const engagement = town.client(EngagementService);
    const { ids, read } = await converse(town, people);
    const [root, hers, his, theirs, last] = ids;
    await engagement.likePost({ postId: his }, ann.as);
    const before = (await posts.getPost({ postId: his })).post;

    expect(await reasonOf(posts.deletePost({ postId: his }, ann.as))).toBe("POST_NOT_FOUND");
    const first = await posts.deletePost({ postId: his }, cleo.as);
    expect(await posts.deletePost({ postId: his }, cleo.as)).toEqual(first);
    for (const options of [ann.as, bob.as, cleo.as, dan.as, {}]) {
      expect(await reasonOf(posts.getPost({ postId: his }, options))).toBe("POST_NOT_FOUND");
      expect(await read(root, options)).toEqual({
        above: [],
        below: [`1 ${hers}`, `2 gone ${his}`, `3 ${last}`, `1 ${theirs}`],
        replies: 2n,
      });
      expect((await read(last, options)).above).toEqual([`0 ${root}`, `1 ${hers}`, `2 gone ${his}`]);
      expect((await read(hers, options)).replies).toBe(0n);
    }
    expect(await reasonOf(engagement.likePost({ postId: his }, bob.as))).toBe("POST_NOT_FOUND");
    const late = { post: { text: "too late", replyToId: his } };
    expect(await reasonOf(posts.createPost(late, bob.as))).toBe("POST_NOT_FOUND");

    expect(await reasonOf(posts.undeletePost({ postId: his }, ann.as))).toBe("POST_NOT_FOUND");
    await posts.undeletePost({ postId: his }, cleo.as);
    const after = (await posts.getPost({ postId: his })).post;
    expect(after?.counts).toEqual(before?.counts);
    expect(after?.card).toEqual({ ...before?.card, version: after?.card?.version });
    expect(after?.card?.version).toBeGreaterThan(before?.card?.version ?? 0n);
    expect((await read(root, dan.as)).below).toEqual([`1 ${hers}`, `2 ${his}`, `3 ${last}`, `1 ${theirs}`]);
  });

  test("a hundred attempts with one key make one post and one event, also when the service dies in the middle", async () => {
    const posts = town.client(PostService);
    const { carl } = await arrive(town, "carl");
    const request = { post: { text: "said #once" }, idempotencyKey: "the same attempt" };
    const attempts = Array.from({ length: 100 }, () => untilAnswered(() => posts.createPost(request, carl.as)));
    await Promise.race(attempts); // in the middle
    await town.crash("content");
    const answers = await Promise.all(attempts);
    const ids = new Set(answers.map(({ post }) => post?.card?.id));
    expect(ids.size).toBe(1);
    const [postId = ""] = ids;

    await using database = await town.look("content");
    const counted = async (text: string) => (await database.query(text, [carl.id])).rows;
    expect(await counted("select id from post where author_id = $1")).toEqual([{ id: postId }]);
    expect(
      await counted("select type from log where subject_id = (select id::text from post where author_id = $1)"),
    ).toEqual([{ type: "skein.content.v1.PostPublished" }]);
    const other = { ...request, post: { text: "said otherwise" } };
    expect(await reasonOf(posts.createPost(other, carl.as))).toBe("IDEMPOTENCY_KEY_REUSED");
    expect(await codeOf(posts.createPost(request, people.ann.as))).toBe("OK"); // her own key of that name
    expect((await posts.getPost({ postId })).post?.card?.text).toBe("said #once");
    expect(await codeOf(town.client(EngagementService).likePost({ postId }, people.ann.as))).toBe("OK");
  });
});

interface PostJson {
  readonly card: { readonly id: string };
  readonly author: { readonly handle: string };
}

interface Answer {
  readonly post: PostJson;
  readonly posts: readonly PostJson[];
  readonly readInfo: object;
}
