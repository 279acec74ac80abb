import type { ActivityTier, StreamFollowerIdsRequest } from "#gen/skein/graph/v1/counts_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ExpectedFailure } from "#mesh/failure.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { ALL_TIERS, spanOf } from "../rules/activity-tier.ts";
import { chunksOf } from "../rules/chunks.ts";
import { FIRST, type FollowerRow, followersSeen } from "../store/activity.ts";

const METHOD = GraphService.method.streamFollowerIds;
const CHUNK = 1_000;
/** Rows that are in memory at once, however many follow: the next ones are read when these have been taken. */
const PAGE = 4_000;

/** How far a stream has come: tiers, by their place in the order asked, then buckets, then ids. */
interface Place {
  readonly turn: number;
  readonly after: FollowerRow;
  readonly startedAt: Date;
}

/** All followers, tier after tier and bucket after bucket. */
export const streamFollowerIds = (deps: Deps): Rpc<typeof METHOD> =>
  async function* (request, ctx) {
    await deps.feeds.readInfo(ctx, "mirror-follow");
    const accountId = request.accountId.toLowerCase();
    const tiers = request.tiers.length > 0 ? request.tiers : ALL_TIERS;
    const { turn, startedAt, ...place } = readCursor(deps, request) ?? { turn: 0, after: FIRST, startedAt: ctx.now };
    let after = place.after;
    for (const [at, tier] of tiers.entries()) {
      if (at < turn) continue;
      const span = spanOf(tier as ActivityTier, startedAt, deps.config);
      for (let full = true; full; ) {
        const rows = await followersSeen(deps.db.query, { accountId, span, startedAt, after, limit: PAGE });
        for (const chunk of chunksOf(rows, request.chunkSize || CHUNK)) {
          const last = chunk.at(-1) ?? after;
          yield {
            tier,
            bucket: last.bucket,
            followerIds: chunk.map(({ follower_id }) => follower_id),
            cursor: writeCursor(deps, request, { turn: at, after: last, startedAt }),
          };
        }
        full = rows.length === PAGE;
        after = rows.at(-1) ?? after;
      }
      after = FIRST;
    }
  };

/** A cursor is for the account and the tiers; how large its chunks are may change on the way. */
const questionOf = (request: StreamFollowerIdsRequest) => ({ ...request, cursor: "", chunkSize: 0 });

function writeCursor({ cursors }: Deps, request: StreamFollowerIdsRequest, { turn, after, startedAt }: Place): string {
  const key = () => [String(turn), String(after.bucket), after.follower_id];
  return cursors.page(METHOD, questionOf(request), [after, after], 1, key, startedAt).nextPageToken;
}

function readCursor({ cursors }: Deps, request: StreamFollowerIdsRequest): Place | undefined {
  try {
    const { after, startedAt } = cursors.read(METHOD, questionOf(request), request.cursor);
    if (!after || !startedAt) return undefined;
    const [turn = "0", bucket = "0", follower_id = FIRST.follower_id] = after;
    return { turn: Number(turn), after: { bucket: Number(bucket), follower_id }, startedAt };
  } catch (refused) {
    throw refused instanceof ExpectedFailure ? failure("CURSOR_INVALID", { cause: refused }) : refused;
  }
}
