import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { QuoteDetachedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import type { InteractionService } from "#gen/skein/content/v1/interaction_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { detachQuote as detach, holdQuote } from "../store/consents.ts";

/** Takes a post of the caller out of somebody's quote; again changes nothing. */
export const detachQuote =
  ({ db }: Deps): Rpc<typeof InteractionService.method.detachQuote> =>
  ({ postId }, ctx) =>
    db.commit(ctx, async (tx) => {
      const ownerId = callerOf(ctx);
      const quote = await holdQuote(tx, ownerId, postId);
      if (!quote) throw failure("POST_NOT_FOUND");
      if (await detach(tx, quote, { ownerId, shard: partitionOf(ownerId), now: ctx.now }))
        tx.publish(QuoteDetachedSchema, {
          quotedAuthorId: ownerId,
          postId: quote.id,
          authorId: quote.author_id,
          quotedPostId: quote.quoted_id,
          detachedAt: timestampFromDate(ctx.now),
        });
      return {};
    });
