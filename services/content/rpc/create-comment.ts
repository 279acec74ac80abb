import { create } from "@bufbuild/protobuf";
import { NewPostSchema } from "#gen/skein/content/v1/new_post_pb.ts";
import type { ThreadService } from "#gen/skein/content/v1/thread_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { createPost } from "../posting/create.ts";

/** Publishes a reply that is nothing but text, for whom the parent is for. */
export const createComment =
  (deps: Deps): Rpc<typeof ThreadService.method.createComment> =>
  async ({ postId, text }, ctx) => {
    const { replay } = ctx;
    const key = replay && { requestKey: `comment:${replay.key}`, fingerprint: replay.fingerprint };
    return { comment: await createPost(deps, ctx, create(NewPostSchema, { text, replyToId: postId }), key) };
  };
