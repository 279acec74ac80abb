import { create } from "@bufbuild/protobuf";
import type { DraftService } from "#gen/skein/content/v1/draft_service_pb.ts";
import { NewPostSchema } from "#gen/skein/content/v1/new_post_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { draftOf, keepDraft } from "../store/drafts.ts";
import { holdAccount } from "../store/hold.ts";

/** Keeps a draft; it may be unfinished, so nothing in it is checked beyond the contract. */
export const createDraft =
  ({ db, ids, config }: Deps): Rpc<typeof DraftService.method.createDraft> =>
  async ({ post = create(NewPostSchema) }, ctx) => {
    const accountId = callerOf(ctx);
    return db.commit(ctx, async (tx) => {
      await holdAccount(tx, "draft", accountId);
      const row = await keepDraft(tx, { id: ids.next(), accountId, post, now: ctx.now }, config.maxDrafts);
      if (!row) throw failure("TOO_MANY_DRAFTS", { facts: { most: String(config.maxDrafts) } });
      return { draft: draftOf(row) };
    });
  };
