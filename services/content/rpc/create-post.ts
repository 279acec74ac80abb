import { create } from "@bufbuild/protobuf";
import { NewPostSchema } from "#gen/skein/content/v1/new_post_pb.ts";
import type { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { createPost as publishOnce } from "../posting/create.ts";
import { freshPost } from "../posting/fresh-post.ts";
import { prepare } from "../posting/prepare.ts";
import { readProfiles } from "../store/accounts.ts";

/** Publishes a post: a plain text is one statement and asks nobody. */
export const createPost =
  (deps: Deps): Rpc<typeof PostService.method.createPost> =>
  async ({ post = create(NewPostSchema), validateOnly }, ctx) => {
    if (!validateOnly) {
      const { replay } = ctx;
      const key = replay && { requestKey: `post:${replay.key}`, fingerprint: replay.fingerprint };
      return { post: await publishOnce(deps, ctx, post, key) };
    }
    const caller = callerOf(ctx);
    const prepared = await prepare(deps, ctx, caller, post);
    return { post: freshPost(ctx, prepared, (await readProfiles(deps.db.query, [caller])).get(caller)) };
  };
