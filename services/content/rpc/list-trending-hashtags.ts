import { type HashtagService, TrendWindow } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import type { Span } from "../rules/trend-score.ts";
import { stampOf } from "../store/moment.ts";
import { readTrends } from "../store/trends.ts";

const SPANS: Readonly<Record<number, Span>> = { [TrendWindow.HOUR]: "HOUR", [TrendWindow.WEEK]: "WEEK" };

/** What trends, as it was computed last; the same for everybody. */
export const listTrendingHashtags =
  ({ db }: Deps): Rpc<typeof HashtagService.method.listTrendingHashtags> =>
  async ({ window, limit }) => {
    const [computed, ...tags] = await readTrends(db.query, SPANS[window] ?? "DAY", limit || 10);
    const hashtags = tags.map(({ tag, posts, accounts, score }) => ({
      ...{ tag, score, posts: BigInt(posts), accounts: BigInt(accounts) },
    }));
    return { hashtags, ...(computed && { computedAt: stampOf(computed.computed_at) }) };
  };
