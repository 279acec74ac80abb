import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import type { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { withOwn } from "../rules/own-act.ts";
import { addShare } from "../store/shares.ts";
import { visiblePost } from "../view/page.ts";

/** Shares a public post that the caller may see; again changes nothing and names the same share. */
export const sharePost =
  (deps: Deps): Rpc<typeof EngagementService.method.sharePost> =>
  async ({ postId }, ctx) => {
    const { record } = await visiblePost(deps, ctx, postId);
    const { id, authorId, card, counts, viewer } = record;
    if (card.audience !== Audience.PUBLIC) throw failure("NOT_SHAREABLE");
    const shareId = await addShare(deps.db, ctx, { id, authorId, shareId: deps.ids.next() });
    return { shareId, counts: withOwn(counts, "shares", viewer.shared) };
  };
