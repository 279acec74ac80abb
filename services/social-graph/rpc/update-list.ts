import { ListChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { holdLists, listOf, lockList, savedEvent, updateList as update } from "../store/lists.ts";

/** Changes what is set and announces the list as it is now; what is equal changes nothing. */
export const updateList =
  ({ db }: Deps): Rpc<typeof ListService.method.updateList> =>
  async (request, ctx) => {
    const ownerId = callerOf(ctx);
    return db.commit(ctx, async (tx) => {
      await holdLists(tx, ownerId);
      const before = await lockList(tx, ownerId, request.listId.toLowerCase());
      if (!before) throw failure("LIST_NOT_FOUND");
      const after = {
        ...before,
        title: request.title?.trim() ?? before.title,
        exclusive: request.exclusive ?? before.exclusive,
        hide_reposts: request.hideReposts ?? before.hide_reposts,
      };
      const { title, exclusive, hide_reposts } = before;
      if (after.title === title && after.exclusive === exclusive && after.hide_reposts === hide_reposts)
        return { list: listOf(before) };
      if (!(await update(tx, ownerId, after, ctx.now)))
        throw failure("LIST_TITLE_TAKEN", { facts: { field: "title" } });
      tx.publish(ListChangedSchema, savedEvent(ownerId, after));
      return { list: listOf({ ...after, changed_at: ctx.now.toISOString() }) };
    });
  };
