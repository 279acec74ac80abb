import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { countsOf, shownCounts } from "../store/counts.ts";
import { visibleAccounts } from "../store/visible-accounts.ts";

/** Counts in the order asked, repetitions included; those that the caller may not see are left out. */
export const batchGetCounts =
  (deps: Deps): Rpc<typeof GraphService.method.batchGetCounts> =>
  async ({ accountIds }, ctx) => {
    const readInfo = await deps.feeds.readInfo(ctx, "mirror-accounts");
    const asked = accountIds.map((id) => id.toLowerCase());
    const seen = await visibleAccounts(deps, ctx, Surface.PROFILE, asked);
    const rows = await countsOf(
      deps.db.query,
      asked.filter((id) => seen.has(id)),
    );
    return { counts: rows.map(shownCounts), readInfo };
  };
