import { Verdict } from "#gen/skein/common/v1/visibility_pb.ts";
import { type ListPostsByAuthorRequest, PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import { decide } from "#mesh/visibility.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { type Placed, pinnedBy, postsOf } from "../store/author-posts.ts";
import { AFTER_ALL } from "../store/moment.ts";
import { look } from "../view/page.ts";
import { present } from "../view/present.ts";

const method = PostService.method.listPostsByAuthor;

/** Pages through an account's posts, newest first; whom the viewer may not see is not found. */
export const listPostsByAuthor =
  (deps: Deps): Rpc<typeof method> =>
  async (request, ctx) => {
    const accountId = request.accountId.toLowerCase();
    const limit = pageSize(request.pageSize);
    const rows = await skeleton(deps, request, limit + 1);
    const { items, nextPageToken } = deps.cursors.page(method, request, rows, limit, ({ at, id }) => [at, id]);
    const ids = items.map(({ id }) => id);
    const seen = await look(deps, ctx, ids, [accountId]);
    if (decide(Surface.PROFILE, seen.relations(accountId).facts).verdict === Verdict.HIDE)
      throw failure("ACCOUNT_NOT_FOUND");
    return { posts: present(seen, ids), nextPageToken, readInfo: await deps.feeds.readInfo(ctx) };
  };

function skeleton({ db, cursors }: Deps, request: ListPostsByAuthorRequest, limit: number): Promise<Placed[]> {
  const { accountId, pinnedOnly } = request;
  const [at = AFTER_ALL[0], id = AFTER_ALL[1]] = cursors.read(method, request, request.pageToken).after ?? [];
  return pinnedOnly
    ? pinnedBy(db.query, accountId, request, [at, id], limit)
    : postsOf(db.query, accountId, request, id, limit);
}
