import { HashtagFollowedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import type { HashtagService } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { requireTag, writtenTag } from "../rules/hashtag.ts";
import { followedOf, followTag } from "../store/hashtags.ts";
import { holdAccount } from "../store/hold.ts";

/** Follows a tag and announces it once; whoever follows it already is answered as back then. */
export const followHashtag =
  ({ db, config }: Deps): Rpc<typeof HashtagService.method.followHashtag> =>
  async ({ tag: written }, ctx) => {
    const tag = requireTag(written);
    const accountId = callerOf(ctx);
    const most = config.maxFollowedHashtags;
    return db.commit(ctx, async (tx) => {
      await holdAccount(tx, "hashtag", accountId);
      const row = await followTag(tx, { accountId, tag, name: writtenTag(written), now: ctx.now }, most);
      if (!row) throw failure("TOO_MANY_HASHTAGS", { facts: { most: String(most) } });
      const hashtag = followedOf(row);
      if (row.made) tx.publish(HashtagFollowedSchema, { accountId, tag, followedAt: hashtag.followedAt });
      return { hashtag };
    });
  };
