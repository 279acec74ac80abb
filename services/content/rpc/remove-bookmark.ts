import type { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { removeBookmark as remove } from "../store/bookmarks.ts";

/** Forgets a bookmark, also of a post that is out of sight. */
export const removeBookmark =
  ({ db }: Deps): Rpc<typeof CollectionService.method.removeBookmark> =>
  async ({ postId }, ctx) => {
    await remove(db, ctx, postId);
    return {};
  };
