import { create } from "@bufbuild/protobuf";
import { ContentFilterChangedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { FilterRuleSchema } from "#gen/skein/content/v1/content_filter_pb.ts";
import type { ContentFilterService } from "#gen/skein/content/v1/content_filter_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { refuseIdleFilter } from "../rules/filter-rule.ts";
import { filterOf, replaceFilter, versionOfFilter } from "../store/kept-filters.ts";

/** Replaces a filter. Who worked on another version is told which there is, and nothing is overwritten. */
export const updateContentFilter =
  ({ db }: Deps): Rpc<typeof ContentFilterService.method.updateContentFilter> =>
  async ({ filterId: id, rule = create(FilterRuleSchema), version }, ctx) => {
    refuseIdleFilter(rule, ctx.now);
    const accountId = callerOf(ctx);
    return db.commit(ctx, async (tx) => {
      const row = await replaceFilter(tx, { id, accountId, rule, now: ctx.now }, version);
      if (!row) {
        const now = await versionOfFilter(tx.query, accountId, id);
        throw now === undefined
          ? failure("FILTER_NOT_FOUND")
          : failure("VERSION_MISMATCH", { facts: { version: String(now) } });
      }
      const filter = filterOf(row);
      tx.publish(ContentFilterChangedSchema, { accountId, filterId: row.id, filter });
      return { filter };
    });
  };
