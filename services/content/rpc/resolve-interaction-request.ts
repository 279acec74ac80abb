import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { InteractionResolvedSchema, PostQuotedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import {
  ResolveInteractionRequestRequest_Decision as Decision,
  type InteractionService,
} from "#gen/skein/content/v1/interaction_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { decideQuote, holdQuote } from "../store/consents.ts";
import { stampOf } from "../store/moment.ts";

/** Answers a quote that waits for the caller's word. One that is agreed to is announced as a quote only now. */
export const resolveInteractionRequest =
  ({ db }: Deps): Rpc<typeof InteractionService.method.resolveInteractionRequest> =>
  ({ postId, decision }, ctx) =>
    db.commit(ctx, async (tx) => {
      const ownerId = callerOf(ctx);
      const approved = decision === Decision.APPROVE;
      const word = approved ? "APPROVED" : "REJECTED";
      const quote = await holdQuote(tx, ownerId, postId);
      if (!quote?.quote_asks) throw failure("REQUEST_NOT_FOUND");
      const by = { ownerId, shard: partitionOf(ownerId), decision: word, now: ctx.now } as const;
      const former = await decideQuote(tx, quote, by);
      if (former && former !== word) throw failure("ALREADY_RESOLVED", { facts: { decision: former } });
      if (former) return {};
      const { id, author_id: authorId, quoted_id: quotedPostId } = quote;
      const named = { postId: id, authorId, quotedPostId, quotedAuthorId: ownerId };
      tx.publish(InteractionResolvedSchema, { ...named, approved, resolvedAt: timestampFromDate(ctx.now) });
      if (approved) tx.publish(PostQuotedSchema, { ...named, createdAt: stampOf(quote.created_at) });
      return {};
    });
