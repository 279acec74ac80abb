import type { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { listOf, listsAfter } from "../store/lists.ts";
import { FROM_THE_TOP } from "../store/moments.ts";

/** One of the caller's lists; another's is not there. */
export const getList =
  ({ db }: Deps): Rpc<typeof ListService.method.getList> =>
  async ({ listId }, ctx) => {
    const [row] = await listsAfter(db.query, { ownerId: callerOf(ctx), listId, after: FROM_THE_TOP }, 1);
    if (!row) throw failure("LIST_NOT_FOUND");
    return { list: listOf(row) };
  };
