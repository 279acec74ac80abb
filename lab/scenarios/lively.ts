import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import { FilterAction } from "#gen/skein/content/v1/content_filter_pb.ts";
import { ContentFilterService } from "#gen/skein/content/v1/content_filter_service_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { HashtagService } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import { InteractionService } from "#gen/skein/content/v1/interaction_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { as, type TestMesh } from "#mesh/testing.ts";

/** Lets people do everything that a timeline keeps something of, and take some of it back. */
export async function live(mesh: TestMesh, people: readonly string[]): Promise<void> {
  const [ann = "", bob = "", cleo = "", dan = ""] = people;
  const [posts, engagement] = [mesh.client(PostService), mesh.client(EngagementService)];
  const [graph, lists] = [mesh.client(GraphService), mesh.client(ListService)];
  const say = async (who: string, text: string, more: object = {}) =>
    (await posts.createPost({ post: { text, ...more } }, as(who))).post?.card?.id ?? "";
  for (const who of people)
    for (const accountId of people)
      if (who !== accountId && accountId !== dan) await graph.followAccount({ accountId }, as(who));
  await graph.unfollowAccount({ accountId: cleo }, as(bob));
  await graph.updateFollow({ accountId: ann, hideReposts: true }, as(bob));
  await graph.blockAccount({ accountId: dan }, as(ann));
  await graph.muteAccount({ accountId: cleo }, as(dan));
  await graph.updatePrivacySettings({ locked: true }, as(cleo));
  const { list } = await lists.createList({ title: "near", idempotencyKey: "near" }, as(bob));
  await lists.addListMember({ listId: list?.listId ?? "", accountId: ann }, as(bob));

  const root = await say(ann, "woven #tight and #loose");
  const gone = await say(ann, "never mind");
  await say(bob, "an answer", { replyToId: root });
  await say(bob, "for followers", { audience: Audience.FOLLOWERS });
  const quote = await say(cleo, "look at this", { quoteId: root });
  const edited = await say(cleo, "first words");
  await posts.editPost({ postId: edited, change: { text: "second words #tight" } }, as(cleo));
  await mesh.client(InteractionService).detachQuote({ postId: quote }, as(ann));
  for (const who of [bob, cleo]) {
    await engagement.likePost({ postId: root }, as(who));
    await engagement.sharePost({ postId: root }, as(who));
    await mesh.client(CollectionService).bookmarkPost({ postId: root }, as(who));
  }
  await engagement.unlikePost({ postId: root }, as(cleo));
  await posts.deletePost({ postId: gone }, as(ann));
  await mesh.client(HashtagService).followHashtag({ tag: "tight" }, as(dan));
  const rule = { title: "no", phrases: [{ text: "never" }], action: FilterAction.HIDE };
  await mesh.client(ContentFilterService).createContentFilter({ rule, idempotencyKey: "no" }, as(dan));
  await mesh.settle();
}
