/**
 * Posts that somebody's share has brought into a reading. Their own place lies further down, other shares of them too:
 * they must not come again, whatever was unshared, deleted or muted meanwhile. It travels in the page token, so it holds
 * the last ten digits of an id, which are random, and of the newest so many.
 */
export interface SeenPosts {
  has(postId: string): boolean;
  /** With these as well. */
  with(postIds: readonly string[]): SeenPosts;
  /** As a token carries it. */
  bytes(): Uint8Array;
}

const DIGITS = 10;
const ENDS = /.{10}/g;
/** Beyond that a reading is thousands of items deep, and the reposts it began with come again. */
const MOST = 400;

const seenPosts = (ends: ReadonlySet<string>): SeenPosts => ({
  has: (postId) => ends.size > 0 && ends.has(postId.slice(-DIGITS)),
  with(postIds) {
    if (postIds.length === 0) return seenPosts(ends);
    const all = [...new Set([...ends, ...postIds.map((id) => id.slice(-DIGITS))])];
    return seenPosts(new Set(all.slice(-MOST)));
  },
  bytes: () => Buffer.from([...ends].join(""), "hex"),
});

/** A reading that begins. */
export const NOTHING_SEEN: SeenPosts = seenPosts(new Set());

/** What a token carried. */
export function seenIn(bytes: Uint8Array): SeenPosts {
  if (bytes.length === 0) return NOTHING_SEEN;
  return seenPosts(new Set(Buffer.from(bytes).toString("hex").match(ENDS)));
}
