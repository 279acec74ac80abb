import type { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { countsOf, readEngagement } from "../store/counts.ts";
import { stampOf } from "../store/moment.ts";

/** Exact counters of many posts, for services that rank; those that are not out are left out. */
export const batchGetEngagement =
  ({ db, feeds }: Deps): Rpc<typeof EngagementService.method.batchGetEngagement> =>
  async ({ postIds }, ctx) => {
    const rows = await readEngagement(db.query, postIds);
    const engagements = rows.map((row) => ({
      postId: row.id,
      authorId: row.author_id,
      counts: countsOf(row),
      version: BigInt(row.version),
      createdAt: stampOf(row.created_at),
    }));
    return { engagements, readInfo: await feeds.readInfo(ctx) };
  };
