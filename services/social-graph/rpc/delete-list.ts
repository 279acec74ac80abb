import { ListChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { deleteList as remove } from "../store/lists.ts";

/** Removes one of the caller's lists with all who are on it; doing it again changes nothing. */
export const deleteList =
  ({ db }: Deps): Rpc<typeof ListService.method.deleteList> =>
  async (request, ctx) => {
    const ownerId = callerOf(ctx);
    const listId = request.listId.toLowerCase();
    return db.commit(ctx, async (tx) => {
      if (await remove(tx, ownerId, listId))
        tx.publish(ListChangedSchema, { ownerId, listId, change: { case: "deleted", value: {} } });
      return {};
    });
  };
