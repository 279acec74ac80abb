import { HashtagUnfollowedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import type { HashtagService } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import { event } from "#mesh/store/log.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import { requireTag } from "../rules/hashtag.ts";

/** Ends following a tag, and announces that once. */
export const unfollowHashtag =
  ({ db }: Deps): Rpc<typeof HashtagService.method.unfollowHashtag> =>
  async (request, ctx) => {
    const accountId = callerOf(ctx);
    const tag = requireTag(request.tag);
    await db.write(ctx, {
      effect: sql`effect as (delete from followed_hashtag where account_id = ${accountId} and tag = ${tag} returning tag)`,
      publish: [event(HashtagUnfollowedSchema, { accountId, tag })],
    });
    return {};
  };
