import type { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { pin } from "../store/pins.ts";

/** Pins an own post; again changes nothing. */
export const pinPost =
  ({ db, config }: Deps): Rpc<typeof CollectionService.method.pinPost> =>
  async ({ postId }, ctx) => {
    await pin(db, ctx, postId, config.maxPins);
    return {};
  };
