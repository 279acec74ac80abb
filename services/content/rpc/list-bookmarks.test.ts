import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import { PostBookmarkedSchema, PostUnbookmarkedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { announced, eventsOf } from "../testing/logged.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { startContent } from "../testing/start.ts";

test("bookmarks are their owner's alone, in the order of saving, and hold no more than their owner may see", async () => {
  await using mesh = await startContent();
  const { ann, bob, cid } = await settle(mesh, "ann", "bob", "cid");
  const client = mesh.client(CollectionService);
  const save = (postId: string, who = bob) => client.bookmarkPost({ postId }, as(who));
  const pages = async (size: number, who = bob) => {
    const seen: (string | undefined)[][] = [];
    for (let pageToken = "", more = true; more; more = pageToken !== "") {
      const page = await client.listBookmarks({ pageSize: size, pageToken }, as(who));
      seen.push(page.posts.map(({ card }) => card?.id));
      pageToken = page.nextPageToken;
    }
    return seen;
  };
  const first = await postAs(mesh, ann);
  const second = await postAs(mesh, cid);
  const third = await postAs(mesh, ann);
  for (const postId of [third, first, second]) {
    await save(postId);
    mesh.clock.advance(1_000);
  }
  await save(third.toUpperCase()); // again: it stays where it is
  expect(await pages(2)).toEqual([[second, first], [third]]);
  expect(await pages(2, ann)).toEqual([[]]);
  const { posts } = await client.listBookmarks({ pageSize: 1 }, as(bob));
  expect(posts).toMatchObject([{ viewer: { bookmarked: true } }]);
  expect(await eventsOf(mesh, third)).toEqual(["PostPublished", "PostBookmarked"]); // once
  expect(await announced(mesh, PostBookmarkedSchema, third)).toMatchObject([{ accountId: bob, authorId: ann }]);

  mesh.graph.block(cid, bob);
  expect(await pages(1)).toEqual([[], [first], [third]]);
  expect(await refusal(save(second))).toMatchObject({ code: Code.NotFound, reason: "POST_NOT_FOUND" });
  await client.removeBookmark({ postId: second.toUpperCase() }, as(bob)); // out of sight, but one's own
  await client.removeBookmark({ postId: second }, as(bob)); // again: nothing is left to announce
  expect(await announced(mesh, PostUnbookmarkedSchema, second)).toMatchObject([{ accountId: bob, postId: second }]);
  mesh.graph.unblock(cid, bob);
  expect(await pages(5)).toEqual([[first, third]]);
  const secret = await postAs(mesh, ann, { audience: Audience.PRIVATE });
  for (const postId of [secret, mesh.content.ids.next()])
    expect(await refusal(save(postId))).toMatchObject({ reason: "POST_NOT_FOUND" });
});
