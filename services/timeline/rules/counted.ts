import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";

/** What decides where a post counts. */
export interface CountedPost {
  readonly published: boolean;
  readonly audience: Audience;
  readonly parentId: string | undefined;
  readonly quotedId: string | undefined;
  /** The quoted author's policy asked for consent. */
  readonly quoteAsks: boolean;
  /** What the quoted author said, if anything. */
  readonly approved: boolean | undefined;
}

/** By how much replies and quotes of a post change. */
export interface CountChange {
  readonly postId: string;
  readonly replies: number;
  readonly quotes: number;
}

/**
 * What counters change by when a post becomes another, or comes, or goes. The same rule as content's: a reply to its parent
 * and a quote to what it shows, if they are out, and for everybody or for followers; others count nowhere.
 */
export function countChanges(former: CountedPost | undefined, now: CountedPost | undefined): CountChange[] {
  const changes = new Map<string, { postId: string; replies: number; quotes: number }>();
  const count = (postId: string | undefined, replies: number, quotes: number) => {
    if (!postId) return;
    const change = changes.get(postId) ?? { postId, replies: 0, quotes: 0 };
    change.replies += replies;
    change.quotes += quotes;
    changes.set(postId, change);
  };
  for (const [post, by] of [
    [former, -1],
    [now, 1],
  ] as const) {
    if (!post || !counts(post)) continue;
    count(post.parentId, by, 0);
    if (post.approved ?? !post.quoteAsks) count(post.quotedId, 0, by);
  }
  return [...changes.values()].filter(({ replies, quotes }) => replies !== 0 || quotes !== 0);
}

const counts = ({ published, audience }: CountedPost): boolean =>
  published && (audience === Audience.PUBLIC || audience === Audience.FOLLOWERS);
