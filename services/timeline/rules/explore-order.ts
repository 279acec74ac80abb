import { ageFactor, type Weights } from "./base-score.ts";

/** A public post that might be shown to everybody. */
export interface Explorable {
  readonly postId: string;
  readonly authorId: string;
  readonly language: string;
  readonly createdMs: number;
  /** What others did with it of late, weighed by kind and by how long ago. */
  readonly heat: number;
  /** It carries a tag that trends. */
  readonly trending: boolean;
}

/** One with its score. */
export interface Explored extends Explorable {
  readonly score: number;
}

/** So many follow each other in a reading before an author may come a third time. */
export const STRETCH = 10;
export const MOST_IN_STRETCH = 2;

const TRENDING = 1.5;

/** What posts are explored by: that of ranking, of what happened of late; a trending tag helps. */
export const exploreScore = ({ heat, createdMs, trending }: Explorable, nowMs: number, weights: Weights): number =>
  (heat + 1) * ageFactor(createdMs, nowMs, weights) * (trending ? TRENDING : 1);

/** How many are kept in all, and besides of each language. */
export interface Room {
  readonly all: number;
  readonly language: number;
}

/** Puts posts in the order in which they are shown: the best first, but no author more than twice in ten. */
export function exploreOrder(
  posts: readonly Explorable[],
  nowMs: number,
  weights: Weights,
  { all, language }: Room,
): Explored[] {
  const scored = posts
    .map((post) => ({ ...post, score: exploreScore(post, nowMs, weights) }))
    .sort((a, b) => b.score - a.score || (a.postId < b.postId ? 1 : -1));
  const counted = new Map<string, number>();
  const kept = scored.filter((post, place) => {
    const root = post.language.split("-")[0]?.toLowerCase() ?? "";
    const before = counted.get(root) ?? 0;
    counted.set(root, before + 1);
    return place < all || before < language;
  });
  return spreadOut(kept);
}

/** The next best whose author has room; who never finds any is left out. */
function spreadOut(best: readonly Explored[]): Explored[] {
  const order: Explored[] = [];
  const waiting = new Map<string, Explored[]>();
  const recent = createRecent([]);
  const show = (post: Explored): void => {
    order.push(post);
    // Only who falls out of the stretch can have room again.
    const next = waiting.get(recent.add(post.authorId) ?? "")?.shift();
    if (next) show(next);
  };
  for (const post of best) {
    if (!recent.full(post.authorId)) show(post);
    else waiting.set(endOf(post.authorId), [...(waiting.get(endOf(post.authorId)) ?? []), post]);
  }
  return order;
}

/** The authors that a reading has shown last. */
export interface Recent {
  /** Once more would be too often. */
  full(authorId: string): boolean;
  /** Returns whom that moves out of sight. */
  add(authorId: string): string | undefined;
  /** As a token carries them: the last ten digits of each id, which are random. */
  text(): string;
}

const DIGITS = 10;
const endOf = (authorId: string): string => authorId.slice(-DIGITS);

/** Goes on from the ends of authors' ids, the last shown last. */
export function createRecent(ends: readonly string[]): Recent {
  const last = [...ends];
  return {
    full: (authorId) => last.filter((end) => end === endOf(authorId)).length >= MOST_IN_STRETCH,
    add(authorId) {
      last.push(endOf(authorId));
      return last.length >= STRETCH ? last.shift() : undefined;
    },
    text: () => last.join(""),
  };
}

/** What a token carried. */
export const recentIn = (text: string | undefined): Recent => createRecent(text?.match(/.{10}/g) ?? []);
