import { InteractionService } from "#gen/skein/content/v1/interaction_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { scanAsking } from "../store/consents.ts";
import { stampOf } from "../store/moment.ts";
import { page } from "../view/page.ts";

const METHOD = InteractionService.method.listInteractionRequests;

/** So many quotes are looked at for one page; most of them may have been answered. */
const SCANNED = 500;

/** Pages through the quotes that wait for the caller's word, newest first; those of accounts out of sight are left out. */
export const listInteractionRequests =
  (deps: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const { after } = deps.cursors.read(METHOD, request, request.pageToken);
    const limit = pageSize(request.pageSize);
    const rows = await scanAsking(deps.db, { ownerId: callerOf(ctx), after, most: SCANNED + 1 });
    const places = rows.flatMap(({ waiting }, place) => (waiting ? [place] : []));
    const end = places[limit - 1] ?? SCANNED - 1;
    const { items, nextPageToken } = deps.cursors.page(METHOD, request, rows, end + 1, ({ id }) => [id]);
    const waiting = new Map(items.filter((row) => row.waiting).map((row) => [row.id, row]));
    const requests = (await page(deps, ctx, [...waiting.keys()])).flatMap((post) => {
      const row = waiting.get(post.card?.id ?? "");
      return row ? [{ post, quotedPostId: row.quoted_id, requestedAt: stampOf(row.created_at) }] : [];
    });
    return { requests, nextPageToken };
  };
