import { ContentFilterChangedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import type { ContentFilterService } from "#gen/skein/content/v1/content_filter_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import { event } from "#mesh/store/log.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";

/** Forgets a filter, and announces that once. */
export const deleteContentFilter =
  ({ db }: Deps): Rpc<typeof ContentFilterService.method.deleteContentFilter> =>
  async ({ filterId }, ctx) => {
    const accountId = callerOf(ctx);
    const id = filterId.toLowerCase(); // as it was announced when it was made
    await db.write(ctx, {
      effect: sql`effect as (delete from content_filter where account_id = ${accountId} and id = ${id} returning id)`,
      publish: [event(ContentFilterChangedSchema, { accountId, filterId: id })],
    });
    return {};
  };
