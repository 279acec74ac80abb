import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { PostPinnedSchema, PostUnpinnedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { type Context, callerOf } from "#mesh/context.ts";
import type { Db } from "#mesh/store/database.ts";
import { event } from "#mesh/store/log.ts";
import { sql } from "#mesh/store/sql.ts";
import { failure } from "../failures.ts";
import { holdAccount } from "./hold.ts";

/** Pins an own post unless it is there already; no author gets beyond `most`, however many calls come at once. */
export const pin = (db: Db, ctx: Context, asked: string, most: number): Promise<void> =>
  db.commit(ctx, async (tx) => {
    const authorId = callerOf(ctx);
    await holdAccount(tx, "pin", authorId);
    // The post is held too: its deletion takes its pin along, and must not miss this one.
    const [found] = await tx.query<{ id: string; pinned: boolean; made: boolean }>(sql`
      with own as (select id from post where author_id = ${authorId} and id = ${asked} and state = 'PUBLISHED' for share),
      held as (select post_id from pin where author_id = ${authorId}),
      made as (insert into pin (author_id, post_id, pinned_at) select ${authorId}::uuid, id, ${ctx.now}::timestamptz from own
        where (select count(*) from held) < ${most}::int on conflict do nothing returning post_id)
      select own.id, exists (select from held where post_id = own.id) as pinned, exists (select from made) as made from own`);
    if (!found) throw failure("POST_NOT_FOUND");
    if (found.made) tx.publish(PostPinnedSchema, { authorId, postId: found.id, pinnedAt: timestampFromDate(ctx.now) });
    else if (!found.pinned) throw failure("TOO_MANY_PINS", { facts: { limit: String(most) } });
  });

/** Lets a pinned post go; where there is none nothing happens. */
export async function unpin(db: Db, ctx: Context, postId: string): Promise<void> {
  const authorId = callerOf(ctx);
  await db.write(ctx, {
    effect: sql`effect as (delete from pin where author_id = ${authorId} and post_id = ${postId} returning post_id)`,
    publish: [event(PostUnpinnedSchema, { authorId, postId: postId.toLowerCase() })],
  });
}
