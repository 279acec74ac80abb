import type { DraftService } from "#gen/skein/content/v1/draft_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { forgetDraft } from "../store/drafts.ts";

/** Forgets a draft; one that is not there is forgotten already. */
export const deleteDraft =
  ({ db }: Deps): Rpc<typeof DraftService.method.deleteDraft> =>
  async ({ draftId }, ctx) => {
    await forgetDraft(db.query, callerOf(ctx), draftId);
    return {};
  };
