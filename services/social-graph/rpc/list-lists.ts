import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { listOf, listsAfter } from "../store/lists.ts";
import { afterOf } from "../store/moments.ts";

const METHOD = ListService.method.listLists;

/** Pages through the caller's lists, newest first. */
export const listLists =
  ({ db, cursors }: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const after = afterOf(cursors.read(METHOD, request, request.pageToken).after);
    const limit = pageSize(request.pageSize);
    const rows = await listsAfter(db.query, { ownerId: callerOf(ctx), after }, limit + 1);
    const { items, nextPageToken } = cursors.page(METHOD, request, rows, limit, ({ created_at, id }) => [
      created_at,
      id,
    ]);
    return { lists: items.map(listOf), nextPageToken };
  };
