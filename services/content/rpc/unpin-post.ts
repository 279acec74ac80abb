import type { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { unpin } from "../store/pins.ts";

/** Lets a pinned post go; what is not pinned stays so. */
export const unpinPost =
  ({ db }: Deps): Rpc<typeof CollectionService.method.unpinPost> =>
  async ({ postId }, ctx) => {
    await unpin(db, ctx, postId);
    return {};
  };
