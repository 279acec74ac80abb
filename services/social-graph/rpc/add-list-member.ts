import type { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { addMember } from "../store/list-members.ts";
import { lockList } from "../store/lists.ts";
import { requireOther } from "../store/visible-accounts.ts";

/** Puts an account on one of the caller's lists; the account does not learn of it. */
export const addListMember =
  (deps: Deps): Rpc<typeof ListService.method.addListMember> =>
  async (request, ctx) => {
    const ownerId = callerOf(ctx);
    const { accountId, relation } = await requireOther(deps, ctx, request.accountId.toLowerCase());
    if (relation.blocking) throw failure("BLOCKED_BY_YOU");
    return deps.db.commit(ctx, async (tx) => {
      const list = await lockList(tx, ownerId, request.listId);
      if (!list) throw failure("LIST_NOT_FOUND");
      const most = deps.config.mostListMembers;
      const added = await addMember(tx, { ownerId, listId: list.id, accountId }, ctx.now, most);
      if (added === "FULL") throw failure("LIST_FULL", { facts: { most: String(most) } });
      if (added === "BLOCKED") throw failure("ACCOUNT_NOT_FOUND");
      return {};
    });
  };
