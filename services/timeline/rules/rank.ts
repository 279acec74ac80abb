import { type Factors, factorOf } from "./base-score.ts";
import { feedbackFactor } from "./feedback.ts";

/** What ranking knows of one place in a head. */
export interface Ranked {
  readonly id: string;
  readonly postId: string;
  readonly authorId: string;
  /** Who brought it: the author, or who shared it. */
  readonly actorId: string;
}

/** What a viewer's ranking rests on, besides the places. */
export interface Grounds {
  /** Base scores by post, as they hold for the window; a post without one comes last. */
  readonly scores: ReadonlyMap<string, number>;
  /** How close accounts are to the viewer; missing is 1. */
  readonly affinity: ReadonlyMap<string, number>;
  /** How often the viewer wanted more of an author, less how often less. */
  readonly feedback: ReadonlyMap<string, number>;
  readonly factors: Factors | undefined;
  /** The first so many are spread so that no author follows itself while others could. */
  readonly rerankTop: number;
}

/** What closeness makes of a score: that of the closer one of author and sharer. */
export const affinityFactor = (
  { authorId, actorId }: Pick<Ranked, "authorId" | "actorId">,
  { affinity, factors }: Pick<Grounds, "affinity" | "factors">,
): number => Math.max(affinity.get(authorId) ?? 1, affinity.get(actorId) ?? 1) ** factorOf(factors?.affinity);

/** The score of a place for a viewer: base, closeness, feedback. */
export const scoreOf = (place: Ranked, grounds: Grounds): number =>
  (grounds.scores.get(place.postId) ?? 0) *
  affinityFactor(place, grounds) *
  feedbackFactor(grounds.feedback.get(place.authorId) ?? 0);

/**
 * Puts a head in order: the best first, equal ones as they came. Places of one post stay together, as they came, under
 * the score of the best of them, so that whichever of them the viewer may see stands where the post belongs.
 */
export function rank<P extends Ranked>(places: readonly P[], grounds: Grounds): P[] {
  const posts = new Map<string, { score: number; authorId: string; places: P[] }>();
  for (const place of places) {
    const score = scoreOf(place, grounds);
    const post = posts.get(place.postId);
    if (!post) posts.set(place.postId, { score, authorId: place.authorId, places: [place] });
    else {
      post.places.push(place);
      post.score = Math.max(post.score, score);
    }
  }
  const best = [...posts.values()].sort((a, b) => b.score - a.score); // stable: equal ones stay newest first
  const top = spread(best.slice(0, grounds.rerankTop));
  return [...top, ...best.slice(grounds.rerankTop)].flatMap((post) => post.places);
}

/** Keeps an author from following itself: the next best of somebody else goes before, as long as there is one. */
export function spread<P extends { readonly authorId: string }>(best: readonly P[]): P[] {
  const left = [...best];
  const out: P[] = [];
  while (left.length > 0) {
    const last = out.at(-1)?.authorId;
    const next = left.findIndex(({ authorId }) => authorId !== last);
    out.push(...left.splice(Math.max(0, next), 1));
  }
  return out;
}
