import type { MessageInitShape } from "@bufbuild/protobuf";
import type { NewPostSchema } from "#gen/skein/content/v1/new_post_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import type { Post } from "#gen/skein/content/v1/post_view_pb.ts";
import { as } from "#mesh/testing.ts";
import type { ContentMesh } from "./start.ts";

/** Publishes a post as somebody, and returns it. */
export async function write(
  mesh: ContentMesh,
  who: string,
  post: MessageInitShape<typeof NewPostSchema> | string,
): Promise<Post & { readonly id: string }> {
  const wish = typeof post === "string" ? { text: post } : post;
  const answer = await mesh.client(PostService).createPost({ post: wish }, as(who));
  if (!answer.post?.card) throw new Error("no post was made");
  return { ...answer.post, id: answer.post.card.id };
}

/** A post as somebody sees it, or as anonymous viewers do. */
export async function read(mesh: ContentMesh, postId: string, who?: string): Promise<Post> {
  const { post } = await mesh.client(PostService).getPost({ postId }, who === undefined ? {} : as(who));
  if (!post) throw new Error("an answer without a post");
  return post;
}
