import type { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { addBookmark } from "../store/bookmarks.ts";
import { visiblePost } from "../view/page.ts";

/** Saves a post that the caller may see; again leaves it where it is. */
export const bookmarkPost =
  (deps: Deps): Rpc<typeof CollectionService.method.bookmarkPost> =>
  async ({ postId }, ctx) => {
    const { record } = await visiblePost(deps, ctx, postId);
    await addBookmark(deps.db, ctx, record);
    return {};
  };
