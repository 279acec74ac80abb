import { ListChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { meshFailure } from "#mesh/failure.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { holdLists, insertList, listInTheWay, listOf, type NewList, savedEvent } from "../store/lists.ts";

/** Makes an empty list; under the same idempotency key the one that was made, as it is now. */
export const createList =
  ({ db, ids, config }: Deps): Rpc<typeof ListService.method.createList> =>
  async ({ title, exclusive, hideReposts }, ctx) => {
    const { now, replay } = ctx;
    const ownerId = callerOf(ctx);
    return db.commit(ctx, async (tx) => {
      const wanted: NewList = { id: ids.next(), ownerId, title: title.trim(), exclusive, hideReposts, now, replay };
      await holdLists(tx, ownerId);
      const made = await insertList(tx, wanted, config.mostLists);
      if (made) {
        tx.publish(ListChangedSchema, savedEvent(ownerId, made));
        return { list: listOf(made) };
      }
      const former = await listInTheWay(tx, wanted);
      if (!former) throw failure("TOO_MANY_LISTS", { facts: { most: String(config.mostLists) } });
      if (!former.same_key) throw failure("LIST_TITLE_TAKEN", { facts: { field: "title" } });
      if (!former.fingerprint?.equals(replay?.fingerprint ?? Buffer.of())) throw meshFailure("IDEMPOTENCY_KEY_REUSED");
      return { list: listOf(former) };
    });
  };
