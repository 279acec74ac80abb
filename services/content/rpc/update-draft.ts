import { create } from "@bufbuild/protobuf";
import type { DraftService } from "#gen/skein/content/v1/draft_service_pb.ts";
import { NewPostSchema } from "#gen/skein/content/v1/new_post_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { draftOf, replaceDraft, versionOfDraft } from "../store/drafts.ts";

/** Replaces a draft. Who worked on another version is told which there is, and nothing is overwritten. */
export const updateDraft =
  ({ db }: Deps): Rpc<typeof DraftService.method.updateDraft> =>
  async ({ draftId: id, post = create(NewPostSchema), version }, ctx) => {
    const accountId = callerOf(ctx);
    return db.commit(ctx, async (tx) => {
      const row = await replaceDraft(tx, { id, accountId, post, now: ctx.now, version });
      if (row) return { draft: draftOf(row) };
      const now = await versionOfDraft(tx.query, accountId, id);
      throw now === undefined
        ? failure("DRAFT_NOT_FOUND")
        : failure("VERSION_MISMATCH", { facts: { version: String(now) } });
    });
  };
