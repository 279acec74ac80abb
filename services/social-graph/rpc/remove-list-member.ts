import { ListChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import { event } from "#mesh/store/log.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import { removedEvent } from "../store/list-members.ts";

/** Takes an account off one of the caller's lists, whatever became of it; where it is not on it nothing changes. */
export const removeListMember =
  ({ db }: Deps): Rpc<typeof ListService.method.removeListMember> =>
  async (request, ctx) => {
    const ownerId = callerOf(ctx);
    const [listId, accountId] = [request.listId.toLowerCase(), request.accountId.toLowerCase()];
    await db.write(ctx, {
      effect: sql`effect as (delete from list_member
        where owner_id = ${ownerId} and list_id = ${listId} and account_id = ${accountId} returning 1)`,
      publish: [event(ListChangedSchema, removedEvent({ ownerId, listId, accountId }))],
    });
    return {};
  };
