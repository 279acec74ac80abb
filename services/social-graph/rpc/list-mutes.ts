import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { scopesOf } from "../rules/mute-scopes.ts";
import { afterOf, stampOf } from "../store/moments.ts";
import { mutesAfter } from "../store/mutes.ts";
import { faceOf, visibleAccounts } from "../store/visible-accounts.ts";

const METHOD = GraphService.method.listMutes;

/** Pages through the caller's own mutes, newest first; those of accounts that are gone are there too, without a profile. */
export const listMutes =
  (deps: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const limit = pageSize(request.pageSize);
    const after = afterOf(deps.cursors.read(METHOD, request, request.pageToken).after);
    const rows = await mutesAfter(deps.db.query, { muterId: callerOf(ctx), after, now: ctx.now }, limit + 1);
    const { items, nextPageToken } = deps.cursors.page(METHOD, request, rows, limit, ({ moment, id }) => [moment, id]);
    const seen = await visibleAccounts(
      deps,
      ctx,
      Surface.SELF,
      items.map(({ id }) => id),
    );
    const mutes = items.map(({ id, moment, scopes, expires_at }) => ({
      ...{ accountId: id, mutedAt: stampOf(moment), scopes: scopesOf(scopes) },
      ...(expires_at && { expiresAt: stampOf(expires_at) }),
      ...faceOf(seen.get(id)),
    }));
    return { mutes, nextPageToken };
  };
