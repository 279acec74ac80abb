import { create } from "@bufbuild/protobuf";
import { ContentFilterChangedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { FilterRuleSchema } from "#gen/skein/content/v1/content_filter_pb.ts";
import type { ContentFilterService } from "#gen/skein/content/v1/content_filter_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { refuseIdleFilter } from "../rules/filter-rule.ts";
import { holdAccount } from "../store/hold.ts";
import { filterOf, keepFilter } from "../store/kept-filters.ts";

/** Keeps a filter; it holds from the next page on. */
export const createContentFilter =
  ({ db, ids, config }: Deps): Rpc<typeof ContentFilterService.method.createContentFilter> =>
  async ({ rule = create(FilterRuleSchema) }, ctx) => {
    refuseIdleFilter(rule, ctx.now);
    const accountId = callerOf(ctx);
    return db.commit(ctx, async (tx) => {
      await holdAccount(tx, "filter", accountId);
      const row = await keepFilter(tx, { id: ids.next(), accountId, rule, now: ctx.now }, config.maxFilters);
      if (!row) throw failure("TOO_MANY_FILTERS", { facts: { most: String(config.maxFilters) } });
      const filter = filterOf(row);
      tx.publish(ContentFilterChangedSchema, { accountId, filterId: row.id, filter });
      return { filter };
    });
  };
