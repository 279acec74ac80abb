import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { membersAfter } from "../store/list-members.ts";
import { listsAfter } from "../store/lists.ts";
import { FROM_THE_TOP, stampOf } from "../store/moments.ts";
import { pageOfAccounts } from "../store/page-of-accounts.ts";
import { shown } from "../store/visible-accounts.ts";

const METHOD = ListService.method.listListMembers;

/** Pages through who is on one of the caller's lists, newest first, without those whom the caller may not see. */
export const listListMembers =
  (deps: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const place = { ownerId: callerOf(ctx), listId: request.listId };
    const [list] = await listsAfter(deps.db.query, { ...place, after: FROM_THE_TOP }, 1);
    if (!list) throw failure("LIST_NOT_FOUND");
    const { items, nextPageToken } = await pageOfAccounts(deps, ctx, {
      ...{ method: METHOD, request },
      read: (after, limit) => membersAfter(deps.db.query, place, after, limit),
    });
    const members = items.map(({ account, moment }) => ({ ...shown(ctx, account), addedAt: stampOf(moment) }));
    return { members, nextPageToken };
  };
