import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { cardIn } from "../store/bytes.ts";
import { stampOf } from "../store/moment.ts";
import { listRevisions } from "../store/revisions.ts";
import { visiblePost } from "../view/page.ts";

const method = PostService.method.listPostRevisions;

/** Pages through what a post says and said before, newest first, for whoever may see it now. */
export const listPostRevisions =
  (deps: Deps): Rpc<typeof method> =>
  async (request, ctx) => {
    const limit = pageSize(request.pageSize);
    const [below] = deps.cursors.read(method, request, request.pageToken).after ?? [];
    const { record } = await visiblePost(deps, ctx, request.postId);
    const { authorId, id: postId, card, version } = record;
    const asked = { authorId, postId, below: below ?? String(version), limit: limit + 1 };
    const former = (await listRevisions(deps.db.query, asked)).map((row) => ({
      version: row.version,
      revision: { card: cardIn(row.card) ?? {}, since: stampOf(row.since) },
    }));
    const since = card.editedAt ?? card.createdAt;
    const now = { version: String(version), revision: { card, ...(since && { since }) } };
    const all = below === undefined ? [now, ...former] : former;
    const { items, nextPageToken } = deps.cursors.page(method, request, all, limit, (row) => [row.version]);
    return { revisions: items.map(({ revision }) => revision), nextPageToken };
  };
