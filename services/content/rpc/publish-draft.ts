import { create } from "@bufbuild/protobuf";
import { TimestampSchema, timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { DraftService } from "#gen/skein/content/v1/draft_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { createPost } from "../posting/create.ts";
import { formerPost } from "../posting/publish.ts";
import { newPostIn, readDraft, settleDraft } from "../store/drafts.ts";
import { page } from "../view/page.ts";

/** Publishes a draft once and forgets it; what another device wrote into it meanwhile stays, as a draft of its own. */
export const publishDraft =
  (deps: Deps): Rpc<typeof DraftService.method.publishDraft> =>
  async ({ draftId }, ctx) => {
    const accountId = callerOf(ctx);
    const id = draftId.toLowerCase();
    const key = { requestKey: `draft:${id}` };
    const content = await readDraft(deps.db.query, accountId, id);
    if (content) {
      const post = await createPost(deps, ctx, newPostIn(content), key);
      const publishedAt = timestampDate(create(TimestampSchema, post.card?.createdAt ?? timestampFromDate(ctx.now)));
      await settleDraft(deps.db.query, { accountId, id, publishedAt, newId: deps.ids.next() });
      return { post };
    }
    const former = await formerPost(deps, accountId, key);
    if (former === undefined) throw failure("DRAFT_NOT_FOUND");
    const [post] = await page(deps, ctx, [former]);
    if (!post) throw failure("POST_NOT_FOUND");
    return { post };
  };
