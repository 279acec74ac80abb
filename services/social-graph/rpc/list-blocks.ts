import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { callerOf } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { blocksAfter } from "../store/blocks.ts";
import { afterOf, stampOf } from "../store/moments.ts";
import { faceOf, visibleAccounts } from "../store/visible-accounts.ts";

const METHOD = GraphService.method.listBlocks;

/** Pages through the caller's own blocks, newest first; those of accounts that are gone are there too, without a profile. */
export const listBlocks =
  (deps: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const limit = pageSize(request.pageSize);
    const after = afterOf(deps.cursors.read(METHOD, request, request.pageToken).after);
    const rows = await blocksAfter(deps.db.query, callerOf(ctx), after, limit + 1);
    const { items, nextPageToken } = deps.cursors.page(METHOD, request, rows, limit, ({ moment, id }) => [moment, id]);
    const seen = await visibleAccounts(
      deps,
      ctx,
      Surface.SELF,
      items.map(({ id }) => id),
    );
    const blocks = items.map(({ id, moment }) => ({
      ...{ accountId: id, blockedAt: stampOf(moment) },
      ...faceOf(seen.get(id)),
    }));
    return { blocks, nextPageToken };
  };
