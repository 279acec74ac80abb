import type { CallOptions } from "@connectrpc/connect";
import { expect } from "vitest";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { type ThreadItem, ThreadOrder, ThreadService } from "#gen/skein/content/v1/thread_service_pb.ts";
import type { Person } from "./people.ts";
import type { Town } from "./shapes.ts";

/** ann says something; bob and dan answer, cleo answers bob, ann answers cleo. */
export async function converse(town: Town, { ann, bob, cleo, dan }: Record<"ann" | "bob" | "cleo" | "dan", Person>) {
  const posts = town.client(PostService);
  const thread = town.client(ThreadService);
  const say = async ({ as }: Person, replyToId = "") => {
    const { post } = await posts.createPost({ post: { text: "well", replyToId } }, as);
    return post?.card?.id ?? "";
  };
  const root = await say(ann);
  const hers = await say(bob, root);
  const his = await say(cleo, hers);
  const { comment } = await thread.createComment({ postId: root, text: "too" }, dan.as);
  const last = await say(ann, his);
  const ids = [root, hers, his, comment?.card?.id ?? "", last] as const;
  const place = ({ depth, item: { case: kind, value } }: ThreadItem) => {
    if (kind === "post") return `${depth} ${value.card?.id}`;
    return `${depth} ${kind} ${kind === "gone" ? value.postId : ""}`;
  };
  const read = async (postId: string, options: CallOptions) => {
    const { ancestors, post, replies } = await thread.getThread({ postId, order: ThreadOrder.OLDEST }, options);
    expect(post?.card?.id).toBe(postId);
    return { above: ancestors.map(place), below: replies.map(place), replies: post?.counts?.replies };
  };
  return { ids, read };
}
