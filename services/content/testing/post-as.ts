import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { NewPostSchema } from "#gen/skein/content/v1/new_post_pb.ts";
import { prepare } from "../posting/prepare.ts";
import { publish } from "../posting/publish.ts";
import type { ContentMesh } from "./start.ts";

/** Publishes a post of an account, with all checks and without a call; returns its id. */
export async function postAs(
  mesh: ContentMesh,
  authorId: string,
  post: MessageInitShape<typeof NewPostSchema> = {},
): Promise<string> {
  const written = create(NewPostSchema, { text: "hello", ...post });
  const { postId } = await publish(mesh.content, undefined, await prepare(mesh.content, undefined, authorId, written));
  return postId;
}
